import type { Frame } from '../../../nodes/lib/detection/frames/frame';

/** Colours as (blue, green, red). */
export type Colour = readonly [number, number, number];
export const RED: Colour = [20, 30, 200];
export const GRAY: Colour = [90, 90, 90];

/** A frame painted pixel by pixel. */
export function picture(width: number, height: number, paint: (x: number, y: number) => Colour): Frame {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) data.set(paint(x, y), (y * width + x) * 3);
  return { width, height, data };
}

/** Numbers below `bound` that look random and are the same in every run (a linear congruential generator). */
export function pseudoRandom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
