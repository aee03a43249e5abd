import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { BitReader, BitWriter, escaped, unescaped } from '../../../../nodes/lib/clip/codec/bits';

describe('the payload of a NAL unit', () => {
  it('never looks like the start of a unit, and comes back as it was', () => {
    assert.deepEqual(escaped(Buffer.of(0, 0, 0, 0, 1)), Buffer.of(0, 0, 3, 0, 0, 3, 1));
    for (let i = 0; i < 200; i += 1) {
      const payload = randomBytes(50).map((byte) => byte % 5);
      const unit = escaped(Buffer.from(payload));
      for (let at = 2; at < unit.length; at += 1)
        assert.ok(unit[at - 2] !== 0 || unit[at - 1] !== 0 || unit[at] > 2 || at < 2);
      assert.deepEqual([...unescaped(unit)], [...payload]);
    }
  });

  it('is read as it was written', () => {
    const writer = new BitWriter();
    writer.put(5, 3);
    for (const value of [0, 1, 2, 3, 62, 63, 65534]) writer.exp(value);
    writer.align();
    const reader = new BitReader(writer.take());
    assert.equal(reader.take(3), 5);
    for (const value of [0, 1, 2, 3, 62, 63, 65534]) assert.equal(reader.exp(), value);
    assert.throws(() => reader.take(40), RangeError);
  });

  it('is copied bit by bit to another position', () => {
    const writer = new BitWriter();
    writer.put(0, 1);
    writer.copy(Buffer.of(0b10110011, 0b01000000), 1, 10);
    writer.align();
    assert.deepEqual(writer.take(), Buffer.of(0b00110011, 0b01111111));
  });
});
