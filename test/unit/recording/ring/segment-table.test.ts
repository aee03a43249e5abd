import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { overlaps } from '../../../../nodes/lib/recording/ring/retention';
import { SegmentTable } from '../../../../nodes/lib/recording/ring/segment-table';
import { segment } from './segments';

describe('SegmentTable', () => {
  it('finds exactly the segments that overlap a window, whatever order they came in', () => {
    const lengths = fc.array(fc.record({ from: fc.nat(1000), length: fc.integer({ min: 1, max: 60 }) }));
    fc.assert(
      fc.property(lengths, fc.nat(1000), fc.nat(100), (list, from, length) => {
        const table = new SegmentTable();
        const window = { from, to: from + length };
        const rows = list.map((row, at) =>
          segment(row.from, { to: row.from + row.length, name: `seg_${at}.mp4` }),
        );
        for (const row of rows) table.add(row);
        const found = table.between(window.from, window.to);
        assert.deepEqual(new Set(found), new Set(rows.filter((row) => overlaps(row, window))));
        assert.ok(found.every((row, at) => at === 0 || (found[at - 1]?.from ?? 0) <= row.from));
      }),
    );
  });

  it('counts bytes, knows names, adds none twice, and forgets', () => {
    const table = new SegmentTable();
    for (const from of [10, 30, 20, 20]) table.add(segment(from));
    assert.deepEqual([table.segments.map((row) => row.from), table.bytes], [[10, 20, 30], 300]);
    table.remove(new Set(['seg_20.mp4', 'seg_99.mp4']));
    assert.deepEqual([table.segments.length, table.bytes, table.has('seg_20.mp4')], [2, 200, false]);
  });
});
