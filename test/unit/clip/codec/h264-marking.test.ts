import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BitWriter, escaped, unescaped } from '../../../../nodes/lib/clip/codec/bits';
import { MarkingRepair } from '../../../../nodes/lib/clip/codec/h264-marking';
import {
  sliceContext,
  sliceHeader,
  type MarkingCommand,
  type SliceContext,
} from '../../../../nodes/lib/clip/codec/h264-slice';

const DATA = Buffer.of(0xab, 0xcd, 0x00, 0x00, 0x01, 0x80);

function unit(type: number, write: (bits: BitWriter) => void): Buffer {
  const bits = new BitWriter();
  write(bits);
  return Buffer.concat([Buffer.of(type), escaped(bits.take())]);
}

/** Main profile, frame_num of 4 bits, pictures shown as they are decoded, two reference pictures, 16x16 pixels. */
const SPS = unit(0x67, (bits) => {
  bits.put(77, 8);
  bits.put(0, 16);
  for (const value of [0, 0, 2, 2]) bits.exp(value);
  bits.put(0, 1);
  for (const value of [0, 0]) bits.exp(value);
  // Frames only, direct_8x8_inference, no cropping, no VUI, and the stop bit.
  bits.put(0b11001, 5);
});

function pps(cabac: boolean): Buffer {
  return unit(0x68, (bits) => {
    for (const value of [0, 0]) bits.exp(value);
    bits.put(cabac ? 2 : 0, 2);
    for (const value of [0, 0, 0]) bits.exp(value);
    bits.put(0, 3);
    for (const value of [0, 0, 0]) bits.exp(value);
    bits.put(0b0001, 4);
  });
}

function contextOf(cabac: boolean): SliceContext {
  const context = sliceContext([SPS, pps(cabac)]);
  assert.ok(context);
  return context;
}

/** A sample with one P slice of a reference picture. */
function picture(frameNum: number, commands: readonly MarkingCommand[] | undefined, cabac: boolean): Buffer {
  const bits = new BitWriter();
  for (const value of [0, 0, 0]) bits.exp(value);
  bits.put(frameNum, 4);
  bits.put(0, 2);
  bits.put(commands ? 1 : 0, 1);
  if (commands) for (const value of [...commands.flat(), 0]) bits.exp(value);
  if (cabac) bits.exp(0);
  bits.exp(0);
  if (cabac) bits.align();
  bits.copy(DATA, 0, 8 * DATA.length - 7);
  const slice = Buffer.concat([Buffer.of(0x41), escaped(bits.take())]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(slice.length);
  return Buffer.concat([length, slice]);
}

function markingIn(sample: Buffer, context: SliceContext) {
  assert.equal(sample.readUInt32BE(0), sample.length - 4);
  return sliceHeader(sample[4], unescaped(sample.subarray(5)), context).marking;
}

for (const cabac of [true, false]) {
  describe(`marking commands behind an open GOP, ${cabac ? 'CABAC' : 'CAVLC'}`, () => {
    it('stay where the decoder holds what they name', () => {
      const repair = new MarkingRepair(contextOf(cabac), 4);
      for (const sample of [
        picture(7, undefined, cabac),
        picture(8, [[1, 0]], cabac),
        picture(9, [[1, 2]], cabac),
      ])
        assert.equal(repair.next(sample).equals(sample), true);
    });

    it('go to the oldest picture where the named one is missing and room is needed', () => {
      const context = contextOf(cabac);
      const repair = new MarkingRepair(context, 4);
      // ffmpeg holds 5 and 6 in place of what came before.
      const sample = repair.next(picture(7, [[1, 4]], cabac));
      assert.deepEqual(markingIn(sample, context), [[1, 1]]);
    });

    it('change nothing else of a slice', () => {
      const repair = new MarkingRepair(contextOf(cabac), 4);
      const sample = repair.next(picture(7, [[1, 4]], cabac));
      assert.deepEqual(sample, picture(7, [[1, 1]], cabac));
    });

    it('are left out where there is room', () => {
      const context = contextOf(cabac);
      const repair = new MarkingRepair(context, 4);
      repair.next(
        picture(
          7,
          [
            [1, 0],
            [1, 1],
          ],
          cabac,
        ),
      );
      assert.deepEqual(markingIn(repair.next(picture(8, [[1, 5]], cabac)), context), []);
    });

    it('are not rewritten where there are long-term pictures', () => {
      const repair = new MarkingRepair(contextOf(cabac), 4);
      assert.throws(() => repair.next(picture(7, [[3, 0, 0]], cabac)), RangeError);
    });
  });
}

describe('sliceContext', () => {
  it('is none where there are several sequence parameter sets', () => {
    const other = Buffer.from(SPS);
    other[3] = 30;
    assert.equal(sliceContext([SPS, other, pps(true)]), undefined);
    assert.ok(sliceContext([SPS, SPS, pps(true)]));
  });
});
