/** How many rows and columns around a pixel its smoothed value takes in, on each side. */
const RADIUS = 2;

/**
 * Smooths a gray picture as OpenCV's `GaussianBlur(picture, (5, 5), 0)` does for 8 bits: weights (1, 4, 6, 4, 1)/16
 * across and down, border reflected without repeating the edge (reflect-101), rounded once at the end, half up.
 */
export class Gaussian5x5 {
  /** Weighted sums across, 16 times a pixel's scale, of the rows around the one that is being written. */
  private readonly rows: Uint16Array[];
  private readonly padded: Uint8Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.rows = Array.from({ length: 2 * RADIUS + 1 }, () => new Uint16Array(width));
    this.padded = new Uint8Array(width + 2 * RADIUS);
  }

  /** Writes the smoothed picture into `target`; both hold width * height bytes. */
  smooth(gray: Uint8Array, target: Uint8Array): void {
    const row = (y: number) => this.rows[(y + RADIUS) % this.rows.length]!;
    // The rows above and below the picture are reflections, summed like any other.
    for (let y = -RADIUS; y < this.height + RADIUS; y += 1) {
      this.sumAcross(gray, reflect101(y, this.height) * this.width, row(y));
      const center = y - RADIUS;
      if (center < 0) continue;
      const offset = center * this.width;
      sumDown(
        [row(center - 2), row(center - 1), row(center), row(center + 1), row(center + 2)],
        target.subarray(offset, offset + this.width),
      );
    }
  }

  private sumAcross(gray: Uint8Array, offset: number, sums: Uint16Array): void {
    const { padded, width } = this;
    padded.set(gray.subarray(offset, offset + width), RADIUS);
    for (const beyond of [-2, -1, width, width + 1])
      padded[beyond + RADIUS] = gray[offset + reflect101(beyond, width)]!;
    for (let x = 0; x < width; x += 1)
      sums[x] = padded[x]! + padded[x + 4]! + 4 * (padded[x + 1]! + padded[x + 3]!) + 6 * padded[x + 2]!;
  }
}

type FiveRows = readonly [Uint16Array, Uint16Array, Uint16Array, Uint16Array, Uint16Array];

function sumDown(rows: FiveRows, target: Uint8Array): void {
  const [above2, above, center, below, below2] = rows;
  for (let x = 0; x < target.length; x += 1)
    target[x] = (above2[x]! + below2[x]! + 4 * (above[x]! + below[x]!) + 6 * center[x]! + 128) >> 8;
}

/** Where a position outside 0..length-1 falls when the picture is mirrored at its edge pixels. */
export function reflect101(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const folded = ((position % period) + period) % period;
  return folded < length ? folded : period - folded;
}
