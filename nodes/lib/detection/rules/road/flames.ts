import { BYTES_PER_PIXEL, type Frame, type Size } from '../../frames/frame';
import { countOf } from './cells';

/** Frames closer than this are skipped, in seconds: flicker is measured at 10 Hz at most, whatever the frame rate. */
const SAMPLE_SECONDS = 0.095;
/** Seconds over which flicker and outline are averaged. */
const MEMORY_SECONDS = 2;
/** A colour turns back when it has swung by more than this, in levels; noise and compression stay below. */
const SWING = 20;
/** Red levels below this count as this much: a dark colour's ratios are mostly noise. */
const DARKEST = 128;
/** Levels by which red exceeds blue in flames, from red to yellow. */
const WARM = 60;
/** Turns per sample from which on a cell flickers: 1 a second at 10 Hz. Large fires puff at 1 to 2 Hz, small ones faster. */
const FLICKER = 0.1;
/** Cells around a cell that are looked at with it, and the share of them that must flicker. */
const REACH = 2;
const FLICKERING = 1 / 3;
/** Share of the flames by which their outline must change from one sample to the next. */
const OUTLINE_CHANGE = 0.07;
/** Share of their largest area below which flames are out for a moment: a lamp that goes on and off has one outline. */
const LIT = 0.5;

/**
 * Tells flames from other red things by how they change.
 *
 * - Flames flicker in colour: hotter or thicker parts are yellower, so green rises and falls against red at 1 to 10 Hz
 *   (B. Toreyin et al.: Computer vision based method for real-time fire and flame detection, 2006). Paint and cloth keep
 *   the ratio of green to red in any light, so a bus does not flicker, nor do the folds of a flag.
 * - Flames change their outline all the time. A lamp or a neon sign that blinks does not.
 */
export class Flames {
  private readonly ratios: Float32Array;
  /** By cell: 1 while the ratio rises, -1 while it falls, and the last one from which it can turn back. */
  private readonly directions: Int8Array;
  private readonly extremes: Float32Array;
  /** By cell: turns per sample. */
  private readonly turns: Float32Array;
  private flickering: Uint8Array;
  private outline: Uint8Array | undefined;
  private outlineChange = 0;
  private largestArea = 0;
  private sinceSample = Infinity;

  constructor(private readonly size: Size) {
    const cells = size.width * size.height;
    this.ratios = new Float32Array(cells);
    this.directions = new Int8Array(cells);
    this.extremes = new Float32Array(cells);
    this.turns = new Float32Array(cells);
    this.flickering = new Uint8Array(cells);
  }

  /**
   * @param reddened cells that are red and usually are not
   * @param seconds since the frame before
   * @returns those of them that look like flames
   */
  among(reddened: Uint8Array, thumbnail: Frame, seconds: number): Uint8Array {
    this.sinceSample += seconds;
    if (this.sinceSample >= SAMPLE_SECONDS) this.sample(reddened, thumbnail);
    if (this.outlineChange < OUTLINE_CHANGE) return new Uint8Array(reddened.length);
    return this.candidates(reddened);
  }

  private sample(reddened: Uint8Array, { data }: Frame): void {
    // How much of the averages a sample replaces.
    const weight = Math.min(1, this.sinceSample / MEMORY_SECONDS);
    this.sinceSample = 0;
    for (let cell = 0, at = 0; cell < this.turns.length; cell += 1, at += BYTES_PER_PIXEL) {
      const [blue, green, red] = [data[at]!, data[at + 1]!, data[at + 2]!];
      // Where something red moves to and fro, what is behind it has no part in the flicker.
      const isWarm = red - blue > WARM && red >= green;
      this.ratios[cell] = (255 * green) / Math.max(DARKEST, red);
      this.turns[cell]! += weight * ((isWarm ? this.turned(cell) : 0) - this.turns[cell]!);
    }
    this.flickering = this.flickeringPlaces();
    this.followOutline(this.candidates(reddened), weight);
  }

  /** Follows a cell's ratio between its extremes; 1 when it has just turned back. */
  private turned(cell: number): 0 | 1 {
    const change = this.ratios[cell]! - this.extremes[cell]!;
    const direction = this.directions[cell]!;
    if (change * direction > 0 || direction === 0) {
      this.extremes[cell] = this.ratios[cell]!;
      if (direction === 0) this.directions[cell] = 1;
      return 0;
    }
    if (Math.abs(change) <= SWING) return 0;
    this.extremes[cell] = this.ratios[cell]!;
    this.directions[cell] = -direction;
    return 1;
  }

  private candidates(reddened: Uint8Array): Uint8Array {
    return reddened.map((red, cell) => red & this.flickering[cell]!);
  }

  /** Cells with enough flickering ones around them. */
  private flickeringPlaces(): Uint8Array {
    const { width, height } = this.size;
    const sums = summed(
      this.turns.map((turns) => (turns >= FLICKER ? 1 : 0)),
      this.size,
    );
    const at = (x: number, y: number) => sums[y * (width + 1) + x]!;
    return this.flickering.map((_, cell) => {
      const [x, y] = [cell % width, Math.floor(cell / width)];
      const [left, right] = [Math.max(0, x - REACH), Math.min(width, x + REACH + 1)];
      const [top, bottom] = [Math.max(0, y - REACH), Math.min(height, y + REACH + 1)];
      const flickering = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
      return flickering >= FLICKERING * (right - left) * (bottom - top) ? 1 : 0;
    });
  }

  private followOutline(flames: Uint8Array, weight: number): void {
    const area = countOf(flames);
    this.largestArea = Math.max(area, this.largestArea * (1 - weight));
    if (area === 0 || area < LIT * this.largestArea) return;
    const before = this.outline;
    this.outline = flames;
    if (!before) return;
    const changed = countOf(flames.map((cell, index) => cell ^ before[index]!));
    this.outlineChange += weight * (changed / area - this.outlineChange);
  }
}

/** Sums over all cells above and to the left of each corner (F. Crow's summed-area table, 1984). */
function summed(cells: Float32Array, { width, height }: Size): Float32Array {
  const sums = new Float32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1)
    for (let x = 0, row = 0; x < width; x += 1) {
      row += cells[y * width + x]!;
      sums[(y + 1) * (width + 1) + x + 1] = row + sums[y * (width + 1) + x + 1]!;
    }
  return sums;
}
