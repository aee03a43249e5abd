import type { Segment } from '../../../../nodes/lib/recording/segment';

/** A segment for tests: ten seconds of 100 bytes, named after its start. */
export function segment(from: number, change: Partial<Segment> = {}): Segment {
  return {
    name: `seg_${Math.floor(from)}.mp4`,
    from,
    to: from + 10,
    bytes: 100,
    run: 'run',
    number: 0,
    measured: true,
    ...change,
  };
}

/** So many segments in a row. */
export function segments(count: number, start = 1000): Segment[] {
  return Array.from({ length: count }, (_, number) => segment(start + 10 * number, { number }));
}
