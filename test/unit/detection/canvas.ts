import type { Frame, Size } from '../../../nodes/lib/detection/frames/frame';
import { pseudoRandom } from './pictures';

/** A colour as 0xRRGGBB. */
type Paint = number;

/** A frame that can be painted on, in units of its own; colours are clamped to 0..255. */
export class Canvas {
  readonly data: Uint8ClampedArray<ArrayBuffer>;

  /** @param scale pixels to a unit */
  constructor(
    readonly size: Size,
    private readonly scale = 1,
  ) {
    this.data = new Uint8ClampedArray(size.width * size.height * 3);
  }

  frame(): Frame {
    return { ...this.size, data: new Uint8Array(this.data) };
  }

  box(left: number, top: number, width: number, height: number, colour: Paint): void {
    this.blend(left, top, width, height, colour, () => 1);
  }

  /** An ellipse of light, strongest in its middle. */
  glow(left: number, top: number, width: number, height: number, colour: Paint, strength = 1): void {
    this.blend(left, top, width, height, colour, (x, y) =>
      Math.max(0, strength * (1 - Math.hypot(2 * x - 1, 2 * y - 1))),
    );
  }

  /** Mixes a colour into a rectangle. @param share of it at a place of the rectangle, from (0, 0) to (1, 1) */
  blend(
    left: number,
    top: number,
    width: number,
    height: number,
    colour: Paint,
    share: (x: number, y: number) => number,
  ): void {
    const edge = (units: number, most: number) => Math.max(0, Math.min(most, Math.round(units * this.scale)));
    const [from, to] = [left, left + width].map((x) => edge(x, this.size.width));
    const [first, end] = [top, top + height].map((y) => edge(y, this.size.height));
    const levels = [colour & 255, (colour >> 8) & 255, colour >> 16];
    for (let y = first; y < end; y += 1)
      for (let x = from; x < to; x += 1) {
        const alpha = share(((x + 0.5) / this.scale - left) / width, ((y + 0.5) / this.scale - top) / height);
        const at = (y * this.size.width + x) * 3;
        for (let channel = 0; channel < 3; channel += 1)
          this.data[at + channel] += alpha * (levels[channel] - this.data[at + channel]);
      }
  }

  /**
   * Adds noise, and light.
   * @param offset which noise: the same gives the same
   * @param light levels that are added everywhere
   */
  grain(strength: number, offset: number, light = 0): void {
    const noise = noiseOf(strength);
    const lift = Math.round(light);
    for (let at = 0, from = offset % noise.length; at < this.data.length; at += 1) {
      this.data[at] += noise[from] + lift;
      if (++from === noise.length) from = 0;
    }
  }
}

const noises = new Map<number, Int16Array>();

/** About Gaussian; its length has no factor in common with any row. @param strength standard deviation */
function noiseOf(strength: number): Int16Array {
  const known = noises.get(strength);
  if (known) return known;
  const random = pseudoRandom(7);
  const uniform = () => random(1 << 16) / (1 << 16) - 0.5;
  const noise = Int16Array.from({ length: 100_003 }, () =>
    Math.round(2 * strength * (uniform() + uniform() + uniform())),
  );
  noises.set(strength, noise);
  return noise;
}
