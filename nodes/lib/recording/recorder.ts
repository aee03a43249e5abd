import type { Clock } from '../clock';
import { V2xError } from '../errors';
import { findBinary } from '../ffmpeg/binary';
import { cameraInput, type CameraInput } from '../ffmpeg/camera-input';
import { canDrawText } from '../ffmpeg/capabilities';
import { probe, type MediaInfo } from '../ffmpeg/probe';
import { displayAddress, type CameraSource } from '../ffmpeg/source';
import { lockDirectory } from './lock';
import { recordRun, trimRing } from './recorder-run';
import type { Ring } from './ring';
import { salvage } from './salvage';
import type { Segment } from './segment';

export interface RecorderOptions {
  readonly source: CameraSource;
  readonly ring: Ring;
  readonly clock: Clock;
  /** Footage arrives: the first bytes of this attempt are on disk. */
  readonly onRecording: () => void;
  /** A segment has closed and is listed in the ring. */
  readonly onSegment: (segment: Segment) => void;
  /** Something the user should know of although recording goes on. */
  readonly onWarning: (text: string) => void;
}

/**
 * Records a camera into a ring until `signal` is aborted; the last segment is finished then. It is one attempt:
 * whoever calls it tries again when it throws.
 * @throws V2xError `camera` when the camera cannot be opened, ends or stalls; `taken` when another recorder has the
 * directory; `ffmpeg` when there is none
 */
export async function record(options: RecorderOptions, signal: AbortSignal): Promise<void> {
  const { source, ring } = options;
  const unlock = await lockDirectory(ring.directory);
  try {
    await tidy(options);
    try {
      const media = await inspect(options, signal);
      const input = await openInput(options);
      // Time stamps that jumped end a run; the next one begins at once.
      while (!signal.aborted) await recordRun(options, { input, media }, signal);
    } catch (error) {
      throw cameraError(source, error);
    } finally {
      await tidy(options);
    }
  } finally {
    await unlock();
  }
}

/** Takes in what killed recorders left behind, and makes room. */
async function tidy({ ring, clock, onSegment, onWarning }: RecorderOptions): Promise<void> {
  for (const segment of await salvage(ring, clock)) onSegment(segment);
  await trimRing(ring, onWarning);
}

/** What the camera sends; undefined for the synthetic picture, which has nothing to copy. */
async function inspect(
  { source, clock }: RecorderOptions,
  signal: AbortSignal,
): Promise<MediaInfo | undefined> {
  if (source.kind === 'synthetic') return undefined;
  const { avformat } = await findBinary('ffprobe');
  const media = await probe(cameraInput(source, { avformat, forProbe: true }), { clock, signal });
  if (!media.video) throw new V2xError('camera', 'it has no video', { exit: 'no video' });
  return media;
}

async function openInput({ source, clock }: RecorderOptions): Promise<CameraInput> {
  const { avformat } = await findBinary('ffmpeg');
  return cameraInput(source, {
    avformat,
    drawText: source.kind === 'synthetic' && (await canDrawText(clock)),
  });
}

/** Failures of ffmpeg's run are the camera's; that there is no ffmpeg, or no space, is not. */
function cameraError(source: CameraSource, error: unknown): unknown {
  if (!(error instanceof V2xError) || !('exit' in error.details)) return error;
  const address = displayAddress(source);
  return new V2xError('camera', `Cannot record ${address}: ${error.message}`, { address }, { cause: error });
}
