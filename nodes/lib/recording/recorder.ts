import { codeOf, isDiskFull, messageOf, ToolError, V2xError } from '../errors';
import { cameraInput, type CameraInput } from '../camera/input';
import { recordCamera } from '../camera/shared-device';
import { displayAddress, type CameraSource } from '../camera/source';
import { findBinary } from '../ffmpeg/binary';
import { canDrawText } from '../ffmpeg/capabilities';
import type { Output } from '../ffmpeg/command';
import { probe, type MediaInfo } from '../ffmpeg/probe';
import { Deadline } from '../time/deadline';
import { lockDirectory } from './lock';
import type { RecorderOptions } from './options';
import { recover } from './recover';
import { freeFullDisk } from './ring/free-space';
import { guessedLead, soundPlan } from './run/encoding';
import { recordRun } from './run/recorder-run';
import { hasPresentationTimes } from './times/presentation-times';

/**
 * ffprobe ends by itself when nothing arrives. A camera that does not announce its decoder settings sends them with each
 * key frame, and key frames may be rare.
 */
const INSPECT_SECONDS = 120;

/**
 * Records a camera into a ring until `signal` is aborted; the last segment is then finished. This is one attempt: the
 * caller retries when it throws.
 * @throws V2xError `camera` when the camera cannot be opened, ends or stalls; `unwritten` when nothing reaches the disk;
 * `in-use` when another recorder has the directory; `space` when the disk is full of footage that must stay; `ffmpeg` when
 * there is none
 */
export async function record(options: RecorderOptions, signal: AbortSignal): Promise<void> {
  await options.ring.prepare();
  const unlock = await lockDirectory(options.ring.directory);
  try {
    await recoverSegments(options);
    await recordCamera(options.source, (outputs) => recordRuns(options, outputs, signal));
  } finally {
    await recoverSegments(options).finally(unlock);
  }
}

async function recoverSegments({ ring, clock, onSegment }: RecorderOptions): Promise<void> {
  for (const segment of await recover(ring, clock)) onSegment(segment);
}

/** One run after the other: a jump of time stamps, a change of sound or a full disk ends a run, and the next one begins at once. */
async function recordRuns(
  options: RecorderOptions,
  outputs: readonly Output[],
  signal: AbortSignal,
): Promise<void> {
  try {
    const media = await inspect(options, signal);
    const { avformat } = await findBinary('ffmpeg');
    const input = await openInput(options, avformat);
    const lead = guessedLead(options.source, media, avformat);
    let sound = soundPlan(options.source, media);
    let isSoundSettled = false;
    while (!signal.aborted) {
      try {
        const camera = { input, media, guessedLead: lead, outputs, sound, isSoundSettled };
        if ((await recordRun(options, camera, signal)) === 'sound') {
          isSoundSettled = sound === 'recorded';
          sound = isSoundSettled ? 'awaited' : 'recorded';
        }
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        await freeFullDisk(options);
      }
      await recoverSegments(options);
    }
  } catch (error) {
    throw cameraError(options.source, error);
  }
}

/** What the camera sends; undefined for the synthetic picture, of which nothing is copied. */
async function inspect(
  { source, clock }: RecorderOptions,
  signal: AbortSignal,
): Promise<MediaInfo | undefined> {
  if (source.kind === 'synthetic') return undefined;
  const { avformat } = await findBinary('ffprobe');
  const deadline = new Deadline(clock, INSPECT_SECONDS, signal);
  try {
    const input = cameraInput(source, { avformat, forProbe: true });
    const media = await probe(input, { clock, signal: deadline.signal });
    if (!media.video) throw unusable('it has no video');
    if (source.kind !== 'file') return media;
    const timed = await hasPresentationTimes(input, { clock, signal: deadline.signal });
    return { ...media, video: { ...media.video, timed } };
  } catch (error) {
    throw deadline.passed ? unusable(`it did not answer within ${INSPECT_SECONDS} s`) : error;
  } finally {
    deadline.cancel();
  }
}

function unusable(reason: string): V2xError {
  return new V2xError('camera', reason);
}

async function openInput({ source, clock }: RecorderOptions, avformat: number): Promise<CameraInput> {
  const drawText = source.kind === 'synthetic' && (await canDrawText(clock));
  return cameraInput(source, { avformat, drawText });
}

/** Names the camera in failures that are its own; a missing ffmpeg or a full disk is not. */
function cameraError(source: CameraSource, error: unknown): unknown {
  if (!(error instanceof ToolError) && codeOf(error) !== 'camera') return error;
  const address = displayAddress(source);
  return new V2xError(
    'camera',
    `Cannot record ${address}: ${messageOf(error)}; it will retry`,
    { address },
    { cause: error },
  );
}
