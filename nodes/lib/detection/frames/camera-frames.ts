import type { Clock } from '../../time/clock';
import { messageOf, V2xError } from '../../errors';
import { findBinary, frameTimingOption } from '../../ffmpeg/binary';
import { cameraInput, type CameraInput } from '../../camera/input';
import { ffmpegArguments } from '../../ffmpeg/command';
import { runFfmpeg } from '../../ffmpeg/run';
import { readCamera } from '../../camera/shared-device';
import { displayAddress, type CameraSource } from '../../camera/source';
import { BYTES_PER_PIXEL, type Frame, type Size } from './frame';
import { FrameSplitter } from './frame-splitter';
import { Deadline } from '../../time/deadline';

/** A camera is restarted if it sends no frame for this long, or for this many frame intervals. */
const STALL_SECONDS = 10;
const STALL_FRAMES = 3;

interface CameraFrameOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly size: Size;
  /** Frames per second at most. */
  readonly fps: number;
  /** Asked when a frame begins: whether it will be taken; otherwise it is dropped. */
  readonly wanted: () => boolean;
  readonly onFrame: (frame: Frame) => void;
}

/**
 * Reads frames of a camera, from its detection stream if it has one, scaled and thinned out by an ffmpeg of its own
 * that gives way to everything else. A device that serves one program is left to its recorder, see `SharedDevice`.
 * Returns when `signal` is aborted.
 * @throws V2xError `camera` naming the camera when it ends, fails or stalls; `ffmpeg` if ffmpeg is missing
 */
export async function readCameraFrames(source: CameraSource, options: CameraFrameOptions): Promise<void> {
  const { avformat } = await findBinary('ffmpeg');
  const own = cameraInput(source, { avformat, detection: true });
  const reading = (input: CameraInput, signal: AbortSignal) =>
    readFrames(source, input, avformat, { ...options, signal });
  await readCamera(source, own, reading, options.signal);
}

async function readFrames(
  source: CameraSource,
  input: CameraInput,
  avformat: number,
  options: CameraFrameOptions,
): Promise<void> {
  const patience = stallSeconds(options.fps);
  const silence = new Deadline(options.clock, patience, options.signal);
  const splitter = frameSplitter(options);
  try {
    await runFfmpeg(frameArguments(input, avformat, options), {
      clock: options.clock,
      signal: silence.signal,
      lowPriority: true,
      secrets: input.secrets,
      ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
      onStdout(chunk) {
        silence.extend();
        splitter.push(chunk);
      },
    });
  } catch (error) {
    throw lost(source, messageOf(error), error);
  } finally {
    silence.cancel();
  }
  if (options.signal.aborted) return;
  throw lost(source, silence.passed ? `no picture for ${patience} s` : 'its stream ended');
}

/** How long a camera may send no frame at a given frame rate. */
export function stallSeconds(fps: number): number {
  return Math.max(STALL_SECONDS, Math.ceil(STALL_FRAMES / fps));
}

function frameSplitter({ size, wanted, onFrame }: CameraFrameOptions): FrameSplitter {
  const bytes = size.width * size.height * BYTES_PER_PIXEL;
  return new FrameSplitter(bytes, wanted, (data) => {
    onFrame({ ...size, data });
  });
}

/**
 * The frame rate is limited by taking the first frame of each 1/fps on the camera's own time line, never by the
 * `fps` filter: after a jump in the camera's time stamps that one would make up frames by the thousand.
 */
function frameArguments(
  input: CameraInput,
  avformat: number,
  { size, fps }: { readonly size: Size; readonly fps: number },
): string[] {
  const slot = (time: string) => `floor(${time}*${fps})`;
  const thin = `select='isnan(prev_selected_t)+not(eq(${slot('t')},${slot('prev_selected_t')}))'`;
  const scale = `scale=${size.width}:${size.height}:flags=area`;
  const passthrough = frameTimingOption({ avformat });
  return ffmpegArguments({
    // One thread decodes any camera in real time, and leaves the other cores alone.
    inputs: [{ url: input.url, options: ['-threads', '1', ...input.options] }],
    outputs: [
      {
        url: 'pipe:1',
        options: [
          ...['-map', '0:v:0', '-vf', `${thin},${scale}`, passthrough, 'passthrough'],
          ...['-f', 'rawvideo', '-pix_fmt', 'bgr24'],
        ],
      },
    ],
  });
}

function lost(source: CameraSource, reason: string, cause?: unknown): V2xError {
  const camera = displayAddress(source);
  return new V2xError(
    'camera',
    `The detector receives no pictures from ${camera}: ${reason}`,
    { camera, reason },
    { remedy: 'it will retry', cause },
  );
}
