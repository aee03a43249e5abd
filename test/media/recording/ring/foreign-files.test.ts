import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readUnindexed } from '../../../../nodes/lib/recording/ring/foreign-files';
import { writeSegmentTimes } from '../../../../nodes/lib/recording/segment-box';
import { temporaryDirectory } from '../../../support/flow';

describe('readUnindexed', () => {
  it('takes segments by the times they carry, and sorts the rest by name', async (t) => {
    const directory = await temporaryDirectory(t);
    const times = { from: 100.25, to: 110.5, run: '100-abcdef', number: 3, measured: true };
    for (const second of [9, 300, 20, 100]) await writeFile(join(directory, `seg_${second}.mp4`), 'media');
    await writeFile(join(directory, 'seg_5.mp4'), '');
    await writeSegmentTimes(join(directory, 'seg_100.mp4'), times);

    const names = [300, 100, 20, 9, 5, 7].map((second) => `seg_${second}.mp4`);
    const { segments, foreign } = await readUnindexed(directory, names);

    assert.deepEqual(segments, [{ ...times, name: 'seg_100.mp4', bytes: 'media'.length + 72 }]);
    // seg_7 has been deleted meanwhile.
    assert.deepEqual(
      foreign.map(({ second, bytes }) => [second, bytes]),
      [
        [5, 0],
        [9, 5],
        [20, 5],
        [300, 5],
      ],
    );
  });
});
