/*
 * The pixel work behind the rules: one interface, and every engine behind it counts exactly what OpenCV 4 counts.
 *
 * - An engine sees the frames of one stream in order and remembers the one before: one engine per camera.
 * - It runs in the detector's own thread or process (`worker/`), synchronously, never in Node-RED's loop.
 * - A frame may be counted under a mask. The whole picture is smoothed and compared as ever, then only the mask's
 *   pixels are counted, as OpenCV does with `countNonZero(picture & mask)`; `Counts.pixels` is their number. So a mask
 *   may come, go or change from one frame to the next without making it a first frame.
 * - A mask is made once and never written again: engines prepare it when they see another object, not every frame.
 */
import { V2xError } from '../../errors';
import type { Frame, Size } from '../frames/frame';

/** What the rules judge a frame by: numbers of pixels. */
export interface Counts {
  /** All that could be counted: the frame's, or the mask's. */
  readonly pixels: number;
  /** Red ones: HSV from (0, 70, 50) to (10, 255, 255) or from (170, 70, 50) to (180, 255, 255), OpenCV's 8-bit HSV. */
  readonly red: number;
  /**
   * Those that differ by more than 25 of 255 from the frame before, both gray and smoothed with a Gaussian 5x5.
   * Undefined for a first frame, also after a change of size.
   */
  readonly moving: number | undefined;
}

/** Which pixels of a frame count: one byte for each, rows from the top, 0 where it does not and 255 where it does. */
export interface Mask extends Size {
  readonly data: Uint8Array;
}

export interface Engine {
  /** As the status shows it. */
  readonly name: string;
  /**
   * Counts one frame of a stream; the engine remembers it for the next one.
   * @param mask of the frame's size; without one all pixels count
   * @throws V2xError `mask` when it has another size
   */
  count(frame: Frame, mask?: Mask): Counts;
}

/** @throws V2xError `mask` when a mask is not of the frame's size */
export function checkMask(mask: Mask, { width, height }: Size): void {
  if (mask.width === width && mask.height === height && mask.data.length === width * height) return;
  throw new V2xError(
    'mask',
    `A mask of ${mask.width} x ${mask.height} with ${mask.data.length} bytes does not fit a frame of ${width} x ${height}`,
  );
}

/** The number of pixels that a mask lets count. */
export function pixelsOf({ data }: Mask): number {
  let pixels = 0;
  for (const byte of data) if (byte !== 0) pixels += 1;
  return pixels;
}
