import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { box, fullBox, listBox, u32 } from '../../../../nodes/lib/clip/mp4/boxes';
import type { Track } from '../../../../nodes/lib/clip/mp4/media';
import { boxAt } from '../../../../nodes/lib/clip/mp4/read-boxes';
import { runsOfTable } from '../../../../nodes/lib/clip/mp4/sample-table';

const TRACK = { id: 1, kind: 'video', timescale: 10, offset: 2 } as unknown as Track;

/** Five samples in chunks of two, two and one; the first and the fourth are key frames. */
const BOXES = {
  stts: listBox('stts', 0, [u32(4, 10), u32(1, 30)]),
  ctts: listBox('ctts', 1, [u32(1, 2), u32(1, -1), u32(3, 0)]),
  stss: fullBox('stss', [0, 0], u32(2, 1, 4)),
  stsc: listBox('stsc', 0, [u32(1, 2, 1), u32(3, 1, 1)]),
  stsz: fullBox('stsz', [0, 0], u32(0, 5, 7, 8, 9, 10, 11)),
  stco: listBox('stco', 0, [u32(100), u32(200), u32(300)]),
};

function runsOf(changes: Partial<Record<keyof typeof BOXES, Buffer>> = {}) {
  const stbl = box('stbl', ...Object.values({ ...BOXES, ...changes }));
  const data = box('trak', box('mdia', box('minf', stbl)));
  return runsOfTable(data, boxAt(data, 0), TRACK);
}

describe('runsOfTable', () => {
  it('places the samples of each chunk, their times without the edit list', () => {
    const runs = runsOf();
    assert.deepEqual(
      runs.map(({ samples }) => [samples[0].at, samples.map(({ size }) => size)]),
      [
        [100, [7, 8]],
        [200, [9, 10]],
        [300, [11]],
      ],
    );
    assert.deepEqual(
      runs.flatMap(({ samples }) => samples.map(({ dts, pts, duration, key }) => [dts, pts, duration, key])),
      [
        [-2, 0, 10, true],
        [8, 7, 10, false],
        [18, 18, 10, false],
        [28, 28, 10, true],
        [38, 38, 30, false],
      ],
    );
  });

  it('takes one size for all samples, and all for key frames where none is named', () => {
    const runs = runsOf({ stsz: fullBox('stsz', [0, 0], u32(6, 5)), stss: Buffer.alloc(0) });
    assert.ok(runs.every(({ samples }) => samples.every(({ size, key }) => size === 6 && key)));
  });

  it('finds nothing in the empty table of a fragmented file', () => {
    assert.deepEqual(runsOf({ stsz: fullBox('stsz', [0, 0], u32(0, 0)) }), []);
  });

  it('throws RangeError where a list is too short, or claims too much', () => {
    const broken = {
      stts: listBox('stts', 0, [u32(3, 10)]),
      stsz: fullBox('stsz', [0, 0], u32(0, 0xffffffff)),
      stco: fullBox('stco', [0, 0], u32(0xffffffff)),
    };
    for (const [name, changed] of Object.entries(broken))
      assert.throws(() => runsOf({ [name]: changed }), RangeError, name);
  });
});
