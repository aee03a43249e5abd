import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pictureFormat } from '../../../../nodes/lib/clip/codec/h264-sps';

/** Sequence parameter sets of libx264 for 384x240, and what its options were. */
const SETS = {
  'High 4:2:0': {
    unit: '6764000cacd94181fb0110000003001000000301e0f1429960',
    format: { profile: 100, chroma: 1, depth: 8, interlaced: false, pixelShape: undefined, fullRange: false },
  },
  'full range and pixels of 4:3': {
    unit: '6764000cacd94181fb0e6c80000003008000000f078a14cb',
    format: { profile: 100, chroma: 1, depth: 8, interlaced: false, pixelShape: '4:3', fullRange: true },
  },
  '4:2:2 with 10 bit': {
    unit: '677a000cb6cd94181fb0110000030001000003001e0f142996',
    format: {
      profile: 122,
      chroma: 2,
      depth: 10,
      interlaced: false,
      pixelShape: undefined,
      fullRange: false,
    },
  },
  interlaced: {
    unit: '67640015acd941810fcb8088000003000800000300f0f8a14cb0',
    format: { profile: 100, chroma: 1, depth: 8, interlaced: true, pixelShape: undefined, fullRange: false },
  },
  'Baseline with pixels of a shape that has no number': {
    unit: '6742c00cd90181fbff0007000510000003001000000301e0f142a480',
    format: { profile: 66, chroma: 1, depth: 8, interlaced: false, pixelShape: '7:5', fullRange: false },
  },
  '4:4:4 with scaling lists': {
    unit: '67f4000c919b28303f60220000030002000003003c1e28532c',
    format: { profile: 244, chroma: 3, depth: 8, interlaced: false, pixelShape: undefined, fullRange: false },
  },
};

describe('pictureFormat', () => {
  for (const [name, { unit, format }] of Object.entries(SETS)) {
    it(`reads ${name}`, () => {
      assert.deepEqual(pictureFormat(Buffer.from(unit, 'hex')), format);
    });
  }

  it('throws RangeError when the set breaks off before what it says of its pictures', () => {
    const unit = Buffer.from(SETS['High 4:2:0'].unit, 'hex');
    for (let length = 1; length < 11; length += 1)
      assert.throws(() => pictureFormat(unit.subarray(0, length)), RangeError, `${length} bytes`);
  });

  it('throws RangeError for a code that never ends', () => {
    assert.throws(() => pictureFormat(Buffer.from(`67640000${'00'.repeat(40)}`, 'hex')), RangeError);
  });
});
