import type { Clock } from '../time/clock';
import { Deadline } from '../time/deadline';
import { messageOf, V2xError } from '../errors';
import { findBinary } from '../ffmpeg/binary';
import { cameraInput, type CameraInput } from './input';
import { canDrawText } from '../ffmpeg/capabilities';
import { ffmpegArguments } from '../ffmpeg/command';
import { outputOf } from '../ffmpeg/output';
import { readCamera } from './shared-device';
import { addressFor, displayAddress, type CameraSource } from './source';

interface SnapshotOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of the camera's second, smaller stream if it has one. */
  readonly detection?: boolean;
}

/** A camera whose keyframes are further apart is no use to the recorder either. */
const PATIENCE_SECONDS = 12;
const MAX_BYTES = 4 << 20;
const MAX_WIDTH = 960;

/**
 * Takes one picture of a camera, as JPEG, at most 960 pixels wide. Gives way to other work; a device that is being
 * recorded is read by way of its recorder.
 * @throws V2xError `no-picture` naming the camera and what ffmpeg said; `ffmpeg` if ffmpeg is missing
 */
export async function takeSnapshot(source: CameraSource, options: SnapshotOptions): Promise<Buffer> {
  const address = addressFor(source, options.detection ?? false);
  const seen = { ...source, address, ...(address === '' ? {} : { detectionAddress: address }) };
  const { avformat } = await findBinary('ffmpeg');
  const drawText = source.kind === 'synthetic' && (await canDrawText(options.clock));
  const deadline = new Deadline(options.clock, PATIENCE_SECONDS, options.signal);
  let picture: Buffer = Buffer.alloc(0);
  try {
    await readCamera(
      seen,
      cameraInput(seen, { avformat, drawText }),
      async (input, signal) => {
        picture = await readPicture(input, options.clock, signal);
      },
      deadline.signal,
    );
  } catch (error) {
    throw noPicture(seen, reasonOf(error), error);
  } finally {
    deadline.cancel();
  }
  if (picture.length > 0) return picture;
  throw noPicture(seen, deadline.passed ? `none came within ${PATIENCE_SECONDS} s` : 'its stream ended');
}

function readPicture(input: CameraInput, clock: Clock, signal: AbortSignal): Promise<Buffer> {
  const args = ffmpegArguments({
    inputs: [{ url: input.url, options: ['-threads', '1', ...input.options] }],
    outputs: [
      {
        url: 'pipe:1',
        options: [
          ...['-map', '0:v:0', '-frames:v', '1', '-vf', `scale='min(${MAX_WIDTH},iw)':-2`],
          ...['-c:v', 'mjpeg', '-q:v', '4', '-pix_fmt', 'yuvj420p', '-f', 'image2pipe'],
        ],
      },
    ],
  });
  return outputOf('ffmpeg', args, MAX_BYTES, {
    clock,
    signal,
    lowPriority: true,
    secrets: input.secrets,
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
  });
}

/** What opening the camera says names it already. */
function reasonOf(error: unknown): string {
  return error instanceof V2xError && error.code === 'camera'
    ? String(error.details.reason)
    : messageOf(error);
}

function noPicture(source: CameraSource, reason: string, cause?: unknown): V2xError {
  const camera = displayAddress(source);
  return new V2xError(
    'no-picture',
    `No picture from ${camera}: ${reason}`,
    { camera, reason },
    cause === undefined ? {} : { cause },
  );
}
