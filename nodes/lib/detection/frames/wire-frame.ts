import { V2xError } from '../../errors';
import { MAX_PIXELS, type RawFrame } from './frame';

/** A picture still packed as a file. */
export interface ImageFile {
  readonly format: 'jpeg' | 'png';
  readonly data: Uint8Array;
}

/** The largest image file that is taken. */
const MAX_IMAGE_BYTES = 16 * 2 ** 20;

/** How the files begin: ISO/IEC 10918-1 B.1.1.3 (SOI and the next marker), PNG 5.2. */
const SIGNATURES = {
  jpeg: [0xff, 0xd8, 0xff],
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
} as const;

/**
 * Reads a frame that came in a message: a JPEG or PNG file, or `{width, height, channels, data}` with rows of
 * 1 (gray), 3 (BGR, the default) or 4 (BGRA) bytes a pixel.
 * @returns raw frames with their own copy of the data, since the message may have other readers
 * @throws V2xError `frame` naming what is wrong with it
 */
export function wireFrame(payload: unknown): RawFrame | ImageFile {
  if (payload instanceof Uint8Array) return imageFile(payload);
  if (typeof payload === 'object' && payload !== null && 'data' in payload) return rawFrame(payload);
  throw refused('a frame must be a JPEG or PNG Buffer or an object {width, height, channels, data}');
}

function imageFile(data: Uint8Array): ImageFile {
  if (data.length > MAX_IMAGE_BYTES) {
    throw refused(`the image has ${data.length} bytes; at most ${MAX_IMAGE_BYTES} are allowed`);
  }
  for (const format of ['jpeg', 'png'] as const) if (begins(data, format)) return { format, data };
  throw refused('the Buffer is neither a JPEG nor a PNG; send raw pixels as {width, height, channels, data}');
}

/** Whether it begins as a JPEG file does. */
export function isJpeg(payload: unknown): payload is Uint8Array {
  return payload instanceof Uint8Array && begins(payload, 'jpeg');
}

function begins(data: Uint8Array, format: ImageFile['format']): boolean {
  return SIGNATURES[format].every((byte, index) => data[index] === byte);
}

function rawFrame(payload: object): RawFrame {
  const { width, height, channels = 3, data } = payload as Readonly<Record<string, unknown>>;
  if (!isSide(width) || !isSide(height) || width * height > MAX_PIXELS) {
    throw refused(`its size is ${shown(width)} x ${shown(height)}; at most ${MAX_PIXELS} pixels are allowed`);
  }
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw refused(`"channels" is ${shown(channels)}; it must be 1 (gray), 3 (BGR) or 4 (BGRA)`);
  }
  const bytes = width * height * channels;
  if (!(data instanceof Uint8Array)) throw refused('"data" must be a Buffer');
  if (data.length !== bytes) {
    throw refused(`"data" has ${data.length} bytes; ${width} x ${height} x ${channels} are ${bytes}`);
  }
  return { width, height, channels, data: new Uint8Array(data) };
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value;
}

function refused(reason: string): V2xError {
  return new V2xError('frame', `The frame is refused: ${reason}`, { reason });
}
