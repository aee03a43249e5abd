import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RUN_NAME, secondOfName, segmentName } from '../../../nodes/lib/recording/names';
import { isSpan } from '../../../nodes/lib/recording/segment';

describe('segmentName', () => {
  it('is that of the second in which the segment starts, as the seed recorder gives it', () => {
    assert.equal(segmentName(1_700_000_000.9), 'seg_1700000000.mp4');
    assert.equal(secondOfName(segmentName(1_700_000_000)), 1_700_000_000);
  });

  for (const second of [Infinity, -Infinity, NaN, -1, 1e11])
    it(`refuses ${second}`, () => {
      assert.throws(() => segmentName(second), RangeError);
      assert.equal(isSpan(0, second), false);
    });

  it('reads the second of segments only', () => {
    const others = [
      'seg_Infinity.mp4',
      'seg_.mp4',
      'seg_1.mp4.part',
      '../seg_1.mp4',
      'seg_123456789012.mp4',
      'a',
    ];
    assert.deepEqual(
      others.map(secondOfName),
      others.map(() => undefined),
    );
  });
});

describe('RUN_NAME', () => {
  it('fits what a recorder names its runs, and no path', () => {
    assert.match('1700000000-abcdef', RUN_NAME);
    for (const name of ['..', '1700000000', 'films', '1700000000-abcdef/..'])
      assert.doesNotMatch(name, RUN_NAME);
  });
});
