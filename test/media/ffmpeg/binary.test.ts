import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findBinary } from '../../../nodes/lib/ffmpeg/binary';
import { atEnd } from '../../support/at-end';

describe('findBinary', () => {
  it('falls back on the build from npm and says so; a system ffmpeg has no such flag', async (t) => {
    const { PATH } = process.env;
    atEnd(t, () => (process.env.PATH = PATH));

    assert.equal((await findBinary('ffprobe')).fallback, false);
    process.env.PATH = '/nonexistent';
    const { path, fallback, avformat } = await findBinary('ffmpeg');

    assert.equal(fallback, true);
    assert.match(path, /@ffmpeg-installer/);
    assert.equal(avformat, 58);
  });
});
