import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toFrame } from '../../../../nodes/lib/detection/frames/frame';
import { wireFrame } from '../../../../nodes/lib/detection/frames/wire-frame';

const refuses = (payload: unknown, words: RegExp) => {
  assert.throws(
    () => wireFrame(payload),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'frame');
      assert.match(error.message, words);
      return true;
    },
  );
};

describe('a frame from the wire', () => {
  it('is raw pixels, copied, three channels when it does not say', () => {
    const data = Buffer.from([1, 2, 3, 4, 5, 6]);
    const frame = wireFrame({ width: 2, height: 1, data });
    data.fill(0);
    assert.deepEqual(frame, { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  });

  it('is a JPEG or PNG file by its first bytes', () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    assert.deepEqual(wireFrame(jpeg), { format: 'jpeg', data: jpeg });
    assert.deepEqual(wireFrame(png), { format: 'png', data: png });
  });

  it('is refused when sizes, channels or data do not fit', () => {
    const data = Buffer.alloc(12);
    refuses({ width: 2, height: 3, data }, /"data" has 12 bytes; 2 x 3 x 3 are 18/);
    refuses({ width: 2, height: 3, channels: 2, data }, /"channels" is 2/);
    refuses({ width: 0, height: 3, data }, /0 x 3/);
    refuses({ width: 1.5, height: 2, data }, /1\.5 x 2/);
    refuses({ width: 1e9, height: 1e9, data }, /at most 8847360 pixels/);
    refuses({ width: '2', height: 2, data }, /string x 2/);
    refuses({ width: 2, height: 2, data: 'not bytes at all' }, /"data" must be a Buffer/);
  });

  it('is refused when it is something else', () => {
    refuses(Buffer.from('#EXTM3U'), /neither a JPEG nor a PNG/);
    refuses(Buffer.alloc(16 * 2 ** 20 + 1), /at most 16777216/);
    for (const payload of [undefined, null, 42, {}, []])
      refuses(payload, /must be a JPEG or PNG Buffer or an object/);
  });
});

describe('toFrame', () => {
  it('spreads gray over three channels and leaves alpha out', () => {
    const gray = toFrame({ width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 9) });
    assert.deepEqual([...gray.data], [7, 7, 7, 9, 9, 9]);
    const bgra = toFrame({ width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 0) });
    assert.deepEqual([...bgra.data], [1, 2, 3, 4, 5, 6]);
  });
});
