import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeImage } from '../../../../nodes/lib/detection/frames/decode-image';
import { encodeJpeg } from '../../../../nodes/lib/detection/frames/encode-image';
import { systemClock } from '../../../../nodes/lib/time/clock';
import { picture, RED } from '../pictures';

const options = { clock: systemClock, signal: new AbortController().signal };
const size = { width: 16, height: 9 };

describe('decodeImage', () => {
  it('decodes what was encoded, scaled', async () => {
    const jpeg = await encodeJpeg({ ...picture(32, 18, () => RED), channels: 3 }, options);
    const { data, ...scaled } = await decodeImage({ format: 'jpeg', data: jpeg }, size, options);
    assert.deepEqual([scaled, data.length], [size, 16 * 9 * 3]);
    RED.forEach((level, channel) => {
      assert.ok(Math.abs(data[channel] - level) < 12, `${data[channel]} is not ${level}`);
    });
  });

  it('opens nothing that the content names', async () => {
    const playlist = Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n');
    await assert.rejects(decodeImage({ format: 'jpeg', data: playlist }, size, options), {
      code: 'frame',
      message: /jpeg image cannot be decoded/,
    });
  });
});
