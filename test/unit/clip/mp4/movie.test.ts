import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { movieHeader, type SampleTable } from '../../../../nodes/lib/clip/mp4/movie';

describe('movieHeader', () => {
  it('takes two hours of 60 pictures a second, no two of which are alike', () => {
    const numbers = Array.from({ length: 2 * 3600 * 60 }, (_, i) => i);
    const box = Buffer.alloc(8);
    const table: SampleTable = {
      track: { timescale: 90_000, look: box, handler: box, information: [], description: box },
      dts: numbers.map((i) => 1500 * i + (i % 2)),
      pts: numbers.map((i) => 1500 * (i + (i % 3)) + 3000),
      sizes: numbers,
      lastDuration: 1500,
      keys: numbers.map((i) => i + 1),
      chunks: numbers.map((i) => ({ at: i, samples: 1 + (i % 2) })),
    };

    const header = movieHeader({ tables: [table], began: 0 }, 0);

    assert.equal(header.readUInt32BE(0), header.length);
    const sizes = header.indexOf('stsz') - 4;
    assert.equal(header.readUInt32BE(sizes), 20 + 4 * numbers.length);
    assert.equal(header.readUInt32BE(sizes + 16 + 4 * numbers.length), numbers.length - 1);
  });
});
