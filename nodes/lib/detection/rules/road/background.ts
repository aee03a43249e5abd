import { BYTES_PER_PIXEL, type Frame } from '../../frames/frame';
import { isRed } from '../../engine/red';

/** How a thumbnail differs from the road as it usually looks, cell by cell. */
export interface Difference {
  /** 1 where something else is seen than usual, whatever light and tint the whole picture has. */
  readonly changed: Uint8Array;
  /** 1 where it is red, and redder than usual. */
  readonly reddened: Uint8Array;
}

/** Levels of 255 by which a colour of a cell must differ to be a change; noise and compression stay below. */
export const CHANGE = 20;
/** Levels by which red must have risen above green and blue. */
const REDDENING = 30;
/** Levels a second by which a cell is learned: traffic that passes leaves no trace, a new marking is learned in a minute. */
const LEARNING_RATE = 1;
/** A new scene is learned faster for this many seconds, starting with this many levels in the first one. */
const SETTLING = 30;
/** A ratio to a level below this says nothing. */
const DARKEST = 16;

/**
 * The road as it usually looks: for every cell of the thumbnail a running approximation of the median of each colour
 * (N. McFarlane, C. Schofield: Segmentation and tracking of piglets in images, 1995), which moves by a small step
 * towards each new picture and so ignores what only passes.
 */
export class Background {
  /** As in a frame's data. */
  readonly levels: Float32Array;
  private age = 0;

  /** @param first the picture that a new scene begins with */
  constructor(first: Frame) {
    this.levels = Float32Array.from(first.data);
  }

  compare({ data }: Frame): Difference {
    const [blue, green, red] = [this.residuals(data, 0), this.residuals(data, 1), this.residuals(data, 2)];
    const cells = data.length / BYTES_PER_PIXEL;
    const changed = new Uint8Array(cells);
    const reddened = new Uint8Array(cells);
    for (let cell = 0, at = 0; cell < cells; cell += 1, at += BYTES_PER_PIXEL) {
      const largest = Math.max(Math.abs(blue[cell]!), Math.abs(green[cell]!), Math.abs(red[cell]!));
      if (largest <= CHANGE) continue;
      changed[cell] = 1;
      const rise = red[cell]! - (green[cell]! + blue[cell]!) / 2;
      if (rise > REDDENING && isRed(data[at]!, data[at + 1]!, data[at + 2]!)) reddened[cell] = 1;
    }
    return { changed, reddened };
  }

  /**
   * Takes in a picture.
   * @param seconds since the one before
   * @param except cells marked 1 are left as they are
   */
  learn({ data }: Frame, seconds: number, except: Uint8Array): void {
    this.age += seconds;
    const step = seconds * Math.max(LEARNING_RATE, SETTLING / Math.max(1, this.age));
    for (let at = 0; at < data.length; at += 1) {
      if (except[Math.floor(at / BYTES_PER_PIXEL)] === 1) continue;
      const distance = data[at]! - this.levels[at]!;
      this.levels[at]! += Math.max(-step, Math.min(step, distance));
    }
  }

  /**
   * What is left of one colour's differences when the light of the whole picture is taken out: either as a factor
   * (sun, exposure, tint) or as an offset (haze), whichever explains a cell better.
   */
  private residuals(data: Uint8Array, colour: number): Float32Array {
    const residuals = new Float32Array(data.length / BYTES_PER_PIXEL);
    const offset = sampledMedian(residuals.length, (cell) => {
      const at = cell * BYTES_PER_PIXEL + colour;
      return data[at]! - this.levels[at]!;
    });
    const factor = sampledMedian(residuals.length, (cell) => {
      const at = cell * BYTES_PER_PIXEL + colour;
      return data[at]! / Math.max(DARKEST, this.levels[at]!);
    });
    for (let cell = 0, at = colour; cell < residuals.length; cell += 1, at += BYTES_PER_PIXEL) {
      const byOffset = data[at]! - this.levels[at]! - offset;
      const byFactor = data[at]! - this.levels[at]! * factor;
      residuals[cell] = Math.abs(byOffset) < Math.abs(byFactor) ? byOffset : byFactor;
    }
    return residuals;
  }
}

/** Median over a thumbnail of how much each level changed to the next one. */
export function medianChange(now: Frame, before: Frame): number {
  return sampledMedian(now.data.length, (at) => Math.abs(now.data[at]! - before.data[at]!));
}

/** Every so many values are enough for a median, and cheap to sort; no divisor of the cells in a row. */
const MEDIAN_STRIDE = 7;

function sampledMedian(length: number, valueAt: (index: number) => number): number {
  const sample = new Float32Array(Math.ceil(length / MEDIAN_STRIDE));
  for (let index = 0; index < sample.length; index += 1) sample[index] = valueAt(index * MEDIAN_STRIDE);
  return sample.sort()[sample.length >> 1]!;
}
