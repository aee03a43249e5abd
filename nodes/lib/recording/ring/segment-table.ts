import type { Segment } from '../segment';

/** The segments of a ring in memory, sorted by start: a window is found by binary search. */
export class SegmentTable {
  private readonly rows: Segment[] = [];
  private readonly names = new Set<string>();
  /** Length of the longest segment ever held: how far before a window its first segment may start. */
  private longest = 0;
  private sum = 0;

  /** Oldest first. */
  get segments(): readonly Segment[] {
    return this.rows;
  }

  get bytes(): number {
    return this.sum;
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  add(segment: Segment): void {
    if (this.names.has(segment.name)) return;
    this.names.add(segment.name);
    this.sum += segment.bytes;
    this.longest = Math.max(this.longest, segment.to - segment.from);
    this.rows.splice(this.firstFrom(segment.from), 0, segment);
  }

  /** Forgets the segments of these names. */
  remove(names: ReadonlySet<string>): void {
    let kept = 0;
    for (const segment of this.rows) {
      if (names.has(segment.name)) {
        this.names.delete(segment.name);
        this.sum -= segment.bytes;
      } else {
        this.rows[kept++] = segment;
      }
    }
    this.rows.length = kept;
  }

  /** Segments that overlap the window, oldest first. */
  between(from: number, to: number): Segment[] {
    const found: Segment[] = [];
    for (let row = this.firstFrom(from - this.longest); row < this.rows.length; row++) {
      const segment = this.rows[row];
      if (!segment || segment.from >= to) break;
      if (segment.to > from) found.push(segment);
    }
    return found;
  }

  /** The first row that starts after `time`, or just behind the last row. */
  private firstFrom(time: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const segment = this.rows[middle];
      if (segment && segment.from <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
