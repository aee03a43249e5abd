import { Readable } from 'node:stream';
import type { Clock } from '../../time/clock';
import { Deadline } from '../../time/deadline';
import { messageOf, V2xError } from '../../errors';
import { ffmpegArguments } from '../../ffmpeg/command';
import { outputOf } from '../../ffmpeg/output';
import type { RawFrame } from './frame';

/** How many seconds an event waits for its picture before it is sent without. */
const LONGEST_SECONDS = 2;
/** Of 1 to 31; 3 shows no artefacts that could pass for something. */
const QUALITY = '3';
const MAX_BYTES = 16 << 20;

const PIXEL_FORMATS = { 1: 'gray', 3: 'bgr24', 4: 'bgra' } as const;

/**
 * Encodes a frame as JPEG with ffmpeg.
 * @throws V2xError `picture` when it fails, takes longer than 2 s, or `signal` ends it
 */
export async function encodeJpeg(
  frame: RawFrame,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Buffer> {
  const deadline = new Deadline(clock, LONGEST_SECONDS, signal);
  let picture: Buffer;
  try {
    picture = await outputOf('ffmpeg', jpegArguments(frame), MAX_BYTES, {
      clock,
      signal: deadline.signal,
      stdin: onePiece(frame.data),
    });
  } catch (error) {
    throw failed(messageOf(error), error);
  } finally {
    deadline.cancel();
  }
  if (deadline.passed) throw failed(`ffmpeg took longer than ${LONGEST_SECONDS} s`);
  if (signal.aborted || picture.length === 0) throw failed('ffmpeg was stopped');
  return picture;
}

function jpegArguments({ width, height, channels }: RawFrame): string[] {
  const raw = ['-f', 'rawvideo', '-pix_fmt', PIXEL_FORMATS[channels], '-video_size', `${width}x${height}`];
  const jpeg = ['-frames:v', '1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', QUALITY];
  return ffmpegArguments({
    inputs: [{ url: 'pipe:0', options: raw }],
    outputs: [{ url: 'pipe:1', options: [...jpeg, '-f', 'image2pipe'] }],
  });
}

function onePiece({ buffer, byteOffset, byteLength }: RawFrame['data']): AsyncIterable<Buffer> {
  return Readable.from([Buffer.from(buffer, byteOffset, byteLength)]);
}

function failed(reason: string, cause?: unknown): V2xError {
  return new V2xError(
    'picture',
    `The event is sent without its picture: the frame cannot be encoded as JPEG: ${reason}`,
    { reason },
    { cause },
  );
}
