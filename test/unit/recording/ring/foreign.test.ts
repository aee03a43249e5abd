import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sortForeign, type ForeignFile } from '../../../../nodes/lib/recording/ring/foreign';

/** As the seed recorder writes them: named after the second they were opened in, last written when closed. */
const file = (second: number, modified: number, bytes = 100): ForeignFile => ({
  name: `seg_${second}.mp4`,
  second,
  modified,
  bytes,
});
const sort = (files: ForeignFile[], newest: number, now: number) =>
  sortForeign(files, { newest, previousEnd: undefined, segmentSeconds: 10 }, now);

describe('sortForeign', () => {
  it('takes the last write of a file for its end and the start of the next', () => {
    const { closed, openSince } = sort(
      [file(1000, 1010.4), file(1010, 1020.6), file(1020, 1024)],
      1020,
      1025,
    );
    assert.deepEqual(
      closed.map(({ from, to }) => [from, to]),
      [
        [1000, 1010.4],
        [1010.4, 1020.6],
      ],
    );
    assert.equal(openSince, 1020, 'the newest is still written');
    assert.ok(closed.every(({ measured }) => !measured));
  });

  it('takes the newest for closed when nobody has written to it for long', () => {
    const { closed, openSince } = sort([file(1000, 1007)], 1000, 1040);
    assert.deepEqual([closed.length, openSince], [1, undefined]);
  });

  it('joins the first to what is known before it', () => {
    const ring = { newest: 2000, previousEnd: 999.3, segmentSeconds: 10 };
    assert.equal(sortForeign([file(1000, 1010)], ring, 2000).closed[0]?.from, 999.3);
  });

  it('does not join across a gap', () => {
    const { closed } = sort([file(1000, 1010), file(1100, 1110)], 2000, 2000);
    assert.equal(closed[1]?.from, 1100);
  });

  it('goes by the names when files were copied and their last write means nothing', () => {
    const { closed } = sort([file(1000, 900_000), file(1008, 900_001), file(1018, 5)], 1018, 1_000_000);
    assert.deepEqual(
      closed.map(({ from, to }) => [from, to]),
      [
        [1000, 1008],
        [1008, 1018],
        [1018, 1028],
      ],
    );
  });

  it('leaves out empty files', () => {
    assert.deepEqual(sort([file(1000, 1010, 0)], 2000, 2000).closed, []);
  });
});
