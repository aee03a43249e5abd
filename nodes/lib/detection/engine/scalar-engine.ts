import { checkMask, pixelsOf, type Counts, type Engine, type Mask } from './engine';
import { BYTES_PER_PIXEL, type Frame } from '../frames/frame';
import { Gaussian5x5 } from './gaussian';
import { redMargin } from './red';

/** A pixel moves when its smoothed gray changes by more than this. */
const MOTION_THRESHOLD = 25;

/** Weights of OpenCV's 8-bit `COLOR_BGR2GRAY` in 15-bit fixed point: 0.114, 0.587, 0.299. */
const BLUE_WEIGHT = 3735;
const GREEN_WEIGHT = 19235;
const RED_WEIGHT = 9798;
const GRAY_SHIFT = 15;
const GRAY_HALF = 1 << (GRAY_SHIFT - 1);

/**
 * The engine in plain typed arrays, the readable one: the others are tested against it, and it does the work where
 * the processor has no SIMD for WebAssembly.
 */
export class ScalarEngine implements Engine {
  readonly name = 'builtin-scalar';
  private planes: Planes | undefined;
  private masked: { readonly mask: Mask; readonly pixels: number } | undefined;

  count(frame: Frame, mask?: Mask): Counts {
    const { width, height } = frame;
    const pixels = mask ? this.prepare(mask, frame) : width * height;
    const known = this.planes?.width === width && this.planes.height === height;
    const planes = known && this.planes ? this.planes : new Planes(width, height);
    this.planes = planes;
    const red = grayAndRed(frame.data, planes.gray, mask);
    planes.gaussian.smooth(planes.gray, planes.smoothed);
    const moving = known ? countMoving(planes.smoothed, planes.before, mask) : undefined;
    [planes.before, planes.smoothed] = [planes.smoothed, planes.before];
    return { pixels, red, moving };
  }

  private prepare(mask: Mask, frame: Frame): number {
    if (this.masked?.mask !== mask) this.masked = { mask, pixels: pixelsOf(mask) };
    checkMask(mask, frame);
    return this.masked.pixels;
  }
}

/** The pictures one byte a pixel that the engine works on, for frames of one size. */
class Planes {
  readonly gray: Uint8Array;
  smoothed: Uint8Array;
  before: Uint8Array;
  readonly gaussian: Gaussian5x5;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.gray = new Uint8Array(width * height);
    this.smoothed = new Uint8Array(width * height);
    this.before = new Uint8Array(width * height);
    this.gaussian = new Gaussian5x5(width, height);
  }
}

/**
 * One pass over a frame: writes its gray picture and counts its red pixels.
 * @param bgr width * height pixels
 * @param gray takes one byte a pixel
 * @param mask leaves out red pixels where it is 0
 * @returns number of red pixels
 */
export function grayAndRed(bgr: Uint8Array, gray: Uint8Array, mask?: Mask): number {
  let count = 0;
  for (let pixel = 0, byte = 0; pixel < gray.length; pixel += 1, byte += BYTES_PER_PIXEL) {
    const blue = bgr[byte]!;
    const green = bgr[byte + 1]!;
    const red = bgr[byte + 2]!;
    gray[pixel] = (blue * BLUE_WEIGHT + green * GREEN_WEIGHT + red * RED_WEIGHT + GRAY_HALF) >> GRAY_SHIFT;
    if (mask?.data[pixel] !== 0) count += 1 + (redMargin(blue, green, red) >> 31);
  }
  return count;
}

/** How many bytes of two pictures of the same size differ by more than the threshold, where a mask is not 0. */
function countMoving(now: Uint8Array, before: Uint8Array, mask?: Mask): number {
  let count = 0;
  for (let pixel = 0; pixel < now.length; pixel += 1)
    if (Math.abs(now[pixel]! - before[pixel]!) > MOTION_THRESHOLD && mask?.data[pixel] !== 0) count += 1;
  return count;
}
