import { codeOf, isDiskFull, messageOf, ToolError, V2xError } from '../errors';
import type { Clock } from '../time/clock';
import { Deadline } from '../time/deadline';
import { findBinary } from '../ffmpeg/binary';
import { cameraInput, type CameraInput } from '../camera/input';
import { canDrawText } from '../ffmpeg/capabilities';
import type { Output } from '../ffmpeg/command';
import { probe, type MediaInfo } from '../ffmpeg/probe';
import { recordCamera } from '../camera/shared-device';
import { displayAddress, type CameraSource } from '../camera/source';
import { lockDirectory } from './lock';
import { soundPlan } from './run/encoding';
import { hasPresentationTimes } from './times/presentation-times';
import { recordRun } from './run/recorder-run';
import type { Lack } from './run/run-monitor';
import { makeRoomOnFullDisk, type RoomOptions } from './ring/free-space';
import { salvage } from './recover';
import type { Segment } from './segment';

/**
 * ffprobe ends by itself when nothing comes; decoder settings that are not announced come with a key frame, which may be
 * rare.
 */
const INSPECT_SECONDS = 120;

export interface RecorderOptions extends RoomOptions {
  readonly source: CameraSource;
  readonly clock: Clock;
  /** Footage arrives: the first key frame of this attempt has come. */
  readonly onRecording: () => void;
  /** Something begins to be missing although the camera sends, or nothing is missing any more. */
  readonly onLack?: (lack: Lack | undefined) => void;
  /** A segment has closed and is listed in the ring. */
  readonly onSegment: (segment: Segment) => void;
}

/**
 * Records a camera into a ring until `signal` is aborted; the last segment is finished then. It is one attempt:
 * whoever calls it tries again when it throws.
 * @throws V2xError `camera` when the camera cannot be opened, ends or stalls; `in-use` when another recorder has the
 * directory; `space` when the disk is full of footage that must stay; `ffmpeg` when there is none
 */
export async function record(options: RecorderOptions, signal: AbortSignal): Promise<void> {
  await options.ring.prepare();
  const unlock = await lockDirectory(options.ring.directory);
  try {
    await takeIn(options);
    await recordCamera(options.source, (outputs) => recordRuns(options, outputs, signal));
  } finally {
    await takeIn(options).finally(unlock);
  }
}

/** Takes in what a killed recorder left behind. */
async function takeIn({ ring, clock, onSegment }: RecorderOptions): Promise<void> {
  for (const segment of await salvage(ring, clock)) onSegment(segment);
}

/** One run after the other: jumping time stamps and a full disk end a run, and the next one begins at once. */
async function recordRuns(
  options: RecorderOptions,
  outputs: readonly Output[],
  signal: AbortSignal,
): Promise<void> {
  try {
    const media = await inspect(options, signal);
    const input = await openInput(options);
    let sound = soundPlan(options.source, media);
    let isSoundSettled = false;
    while (!signal.aborted) {
      try {
        const camera = { input, media, outputs, sound, isSoundSettled };
        if ((await recordRun(options, camera, signal)) === 'sound') {
          isSoundSettled = sound === 'recorded';
          sound = isSoundSettled ? 'awaited' : 'recorded';
        }
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        await makeRoomOnFullDisk(options);
      }
      await takeIn(options);
    }
  } catch (error) {
    throw cameraError(options.source, error);
  }
}

/** What the camera sends; undefined for the synthetic picture, which has nothing to copy. */
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
    throw deadline.passed ? unusable(`it does not answer within ${INSPECT_SECONDS} s`) : error;
  } finally {
    deadline.cancel();
  }
}

function unusable(reason: string): V2xError {
  return new V2xError('camera', reason);
}

async function openInput({ source, clock }: RecorderOptions): Promise<CameraInput> {
  const { avformat } = await findBinary('ffmpeg');
  const drawText = source.kind === 'synthetic' && (await canDrawText(clock));
  return cameraInput(source, { avformat, drawText });
}

/** Failures of ffmpeg's run are the camera's; that there is no ffmpeg, or no space, is not. */
function cameraError(source: CameraSource, error: unknown): unknown {
  if (!(error instanceof ToolError) && codeOf(error) !== 'camera') return error;
  const address = displayAddress(source);
  return new V2xError(
    'camera',
    `Cannot record ${address}: ${messageOf(error)}; it tries again by itself`,
    { address },
    { cause: error },
  );
}
