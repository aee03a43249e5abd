export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture as OpenCV and ffmpeg's `bgr24` lay it out: rows from the top, three bytes a pixel, blue first. */
export interface Frame extends Size {
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A picture as it comes from outside: gray, BGR or BGRA. */
export interface RawFrame extends Frame {
  readonly channels: 1 | 3 | 4;
}

/** Bytes of one pixel of a frame. */
export const BYTES_PER_PIXEL = 3;

/** The largest picture taken from outside, 4096 x 2160: a frame of it is 27 MB. */
export const MAX_PIXELS = 4096 * 2160;

/**
 * Brings a raw frame into the layout that engines read.
 * @returns the same data when it has three channels, otherwise a copy
 */
export function toFrame({ width, height, channels, data }: RawFrame): Frame {
  if (channels === BYTES_PER_PIXEL) return { width, height, data };
  const bgr = new Uint8Array(width * height * BYTES_PER_PIXEL);
  // The second and third colour of a gray pixel are its only byte again.
  const [green, red] = channels === 1 ? [0, 0] : [1, 2];
  for (let from = 0, to = 0; to < bgr.length; from += channels, to += BYTES_PER_PIXEL) {
    bgr[to] = data[from]!;
    bgr[to + 1] = data[from + green]!;
    bgr[to + 2] = data[from + red]!;
  }
  return { width, height, data: bgr };
}
