import { Readable } from 'node:stream';
import type { Clock } from '../../time/clock';
import { messageOf, V2xError } from '../../errors';
import { ffmpegArguments } from '../../ffmpeg/command';
import { runFfmpeg } from '../../ffmpeg/run';
import { BYTES_PER_PIXEL, MAX_PIXELS, type Frame, type Size } from './frame';
import { FrameSplitter } from './frame-splitter';
import type { ImageFile } from './wire-frame';

/**
 * Decodes an image with ffmpeg, scaled to one size. It goes through a pipe: nothing is written to a disk.
 * @throws V2xError `frame` when it is broken or larger than frames may be; also when `signal` ends it
 */
export async function decodeImage(
  image: ImageFile,
  size: Size,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Frame> {
  let data: Frame['data'] | undefined;
  const splitter = new FrameSplitter(
    size.width * size.height * BYTES_PER_PIXEL,
    () => data === undefined,
    (whole) => (data = whole),
  );
  try {
    await runFfmpeg(decoding(image.format, size), {
      ...options,
      lowPriority: true,
      stdin: Readable.from([Buffer.from(image.data)]),
      onStdout(chunk) {
        splitter.push(chunk);
      },
    });
  } catch (error) {
    throw undecodable(image, messageOf(error), error);
  }
  if (!data) throw undecodable(image, 'it contains no picture');
  return { ...size, data };
}

/** The demuxer is named, so that content cannot pass for a playlist; the decoder refuses what would not fit in memory. */
function decoding(format: ImageFile['format'], { width, height }: Size): string[] {
  const input = ['-protocol_whitelist', 'pipe', '-f', `${format}_pipe`, '-max_pixels', String(MAX_PIXELS)];
  const picture = ['-frames:v', '1', '-vf', `scale=${width}:${height}:flags=area`];
  return ffmpegArguments({
    inputs: [{ url: 'pipe:0', options: input }],
    outputs: [{ url: 'pipe:1', options: [...picture, '-f', 'rawvideo', '-pix_fmt', 'bgr24'] }],
  });
}

function undecodable({ format }: ImageFile, reason: string, cause?: unknown): V2xError {
  return new V2xError('frame', `The ${format} image cannot be decoded: ${reason}`, {}, { cause });
}
