import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FrameSplitter } from '../../../../nodes/lib/detection/frames/frame-splitter';

const SIZE = 6;
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => index % 251);

function split(chunks: readonly Uint8Array[], wanted = () => true) {
  const frames: number[][] = [];
  const splitter = new FrameSplitter(SIZE, wanted, (frame) => frames.push([...frame]));
  for (const chunk of chunks) splitter.push(chunk);
  return frames;
}

describe('FrameSplitter', () => {
  it('finds the same frames however the bytes are chunked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 20 }), (lengths) => {
        const stream = bytes(lengths.reduce((sum, length) => sum + length, 0));
        let offset = 0;
        const chunks = lengths.map((length) => stream.subarray(offset, (offset += length)));
        const whole = Math.floor(stream.length / SIZE);
        const expected = Array.from({ length: whole }, (_, n) => [
          ...stream.subarray(n * SIZE, (n + 1) * SIZE),
        ]);
        assert.deepEqual(split(chunks), expected);
      }),
    );
  });

  it('throws away whole frames while nobody wants one, and keeps in step', () => {
    const answers = [true, false, false, true];
    const frames = split([bytes(SIZE * 4)], () => answers.shift() ?? false);
    assert.deepEqual(frames, [
      [0, 1, 2, 3, 4, 5],
      [18, 19, 20, 21, 22, 23],
    ]);
  });

  it('gives each frame a buffer of its own', () => {
    const frames: Uint8Array[] = [];
    const splitter = new FrameSplitter(
      SIZE,
      () => true,
      (frame) => frames.push(frame),
    );
    const chunk = bytes(SIZE * 2);
    splitter.push(chunk);
    chunk.fill(0);
    assert.deepEqual([...frames[0]], [0, 1, 2, 3, 4, 5]);
    assert.notEqual(frames[0].buffer, frames[1].buffer);
  });
});
