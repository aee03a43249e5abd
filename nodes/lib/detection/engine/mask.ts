import type { Area, Point } from '../areas';
import type { Mask } from './engine';
import type { Size } from '../frames/frame';

/** What a mask holds for a pixel that counts. */
const COUNTS = 255;

/** The mask of a stream of frames, made once their size is known and remade when it changes. */
export class MaskOfAreas {
  private made: { readonly size: Size; readonly mask: Mask | undefined } | undefined;

  constructor(private readonly areas: readonly Area[]) {}

  /** @returns undefined when all pixels count */
  for({ width, height }: Size): Mask | undefined {
    if (this.made?.size.width !== width || this.made.size.height !== height)
      this.made = { size: { width, height }, mask: rasterise(this.areas, { width, height }) };
    return this.made.mask;
  }
}

/**
 * Which pixels of a picture are looked at. A pixel belongs to an area when its middle does, by the even-odd rule; an
 * area too small or too thin to hold the middle of any pixel has the one it lies on.
 * @returns undefined when there are no areas: all pixels count
 */
export function rasterise(areas: readonly Area[], { width, height }: Size): Mask | undefined {
  if (areas.length === 0) return undefined;
  const of = (kind: Area['kind']) => areas.filter((area) => area.kind === kind);
  const data = new Uint8Array(width * height);
  if (of('watch').length === 0) data.fill(COUNTS);
  for (const { points } of of('watch')) paint(points, { width, height, data }, COUNTS);
  for (const { points } of of('ignore')) paint(points, { width, height, data }, 0);
  return { width, height, data };
}

function paint(points: readonly Point[], { width, height, data }: Mask, value: number): void {
  let painted = 0;
  for (let y = 0; y < height; y += 1) {
    const edges = crossings(points, (y + 0.5) / height);
    for (let pair = 0; pair + 1 < edges.length; pair += 2) {
      const from = firstPixelFrom(edges[pair]!, width);
      const to = firstPixelFrom(edges[pair + 1]!, width);
      data.fill(value, y * width + from, y * width + to);
      painted += to - from;
    }
  }
  if (painted === 0) data[pixelUnder(points, { width, height })] = value;
}

/** Where a polygon's edges cross a horizontal line, from left to right: inside is between each pair. */
function crossings(points: readonly Point[], y: number): number[] {
  const found: number[] = [];
  points.forEach((point, index) => {
    const next = points[(index + 1) % points.length] ?? point;
    // Always upwards, so that an edge that goes there and back crosses at the very same place.
    const [[x1, y1], [x2, y2]] = point[1] < next[1] ? [point, next] : [next, point];
    // An end on the line belongs to one of its two edges only.
    if (y1 <= y !== y2 <= y) found.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  });
  return found.sort((a, b) => a - b);
}

/** The first pixel whose middle lies at or after x. */
function firstPixelFrom(x: number, width: number): number {
  return Math.min(width, Math.max(0, Math.ceil(x * width - 0.5)));
}

function pixelUnder(points: readonly Point[], { width, height }: Size): number {
  const middle = (axis: 0 | 1) => {
    const places = points.map((point) => point[axis]);
    return (Math.min(...places) + Math.max(...places)) / 2;
  };
  const x = Math.min(width - 1, Math.floor(middle(0) * width));
  const y = Math.min(height - 1, Math.floor(middle(1) * height));
  return y * width + x;
}
