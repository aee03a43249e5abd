import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../time/clock';
import { messageOf, V2xError } from '../../errors';
import { ffmpegArguments } from '../../ffmpeg/command';
import { runFfmpeg } from '../../ffmpeg/run';
import { BYTES_PER_PIXEL, MAX_PIXELS, type Frame, type Size } from './frame';
import { FrameSplitter } from './frame-splitter';
import type { ImageFile } from './wire-frame';

/**
 * Decodes an image file with ffmpeg, scaled to one size.
 * @throws V2xError `frame` when it is broken or larger than frames may be; also when `signal` ends it
 */
export async function decodeImage(
  image: ImageFile,
  size: Size,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Frame> {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-frame-'));
  try {
    const path = join(directory, 'frame');
    await writeFile(path, image.data, { mode: 0o600 });
    const data = await decodeFile(path, image.format, size, options);
    return { ...size, data };
  } catch (error) {
    throw new V2xError(
      'frame',
      `The ${image.format} image cannot be decoded: ${messageOf(error)}`,
      {},
      { cause: error },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function decodeFile(
  path: string,
  format: ImageFile['format'],
  { width, height }: Size,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Frame['data']> {
  let frame: Frame['data'] | undefined;
  const splitter = new FrameSplitter(
    width * height * BYTES_PER_PIXEL,
    () => frame === undefined,
    (data) => (frame = data),
  );
  // The demuxer is named, so that content cannot pass for a playlist; the decoder refuses what would not fit in memory.
  const input = ['-protocol_whitelist', 'file', '-f', `${format}_pipe`, '-max_pixels', String(MAX_PIXELS)];
  const output = [
    '-frames:v',
    '1',
    '-vf',
    `scale=${width}:${height}:flags=area`,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'bgr24',
  ];
  const args = ffmpegArguments({
    inputs: [{ url: `file:${path}`, options: input }],
    outputs: [{ url: 'pipe:1', options: output }],
  });
  await runFfmpeg(args, {
    ...options,
    lowPriority: true,
    onStdout(chunk) {
      splitter.push(chunk);
    },
  });
  if (!frame) throw new V2xError('frame', 'it holds no picture');
  return frame;
}
