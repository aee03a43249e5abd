import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outputOf } from '../../../nodes/lib/ffmpeg/output';
import { systemClock as clock } from '../../../nodes/lib/time/clock';

/** One grey picture of 100 bytes. */
const PICTURE = [
  ...['-v', 'error', '-f', 'lavfi', '-i', 'color=gray:s=10x10', '-frames:v', '1'],
  ...['-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
];

describe('outputOf', () => {
  it('returns what the tool wrote', async () => {
    assert.equal((await outputOf('ffmpeg', PICTURE, 100, { clock })).length, 100);
  });

  it('refuses more than its bound', async () => {
    await assert.rejects(outputOf('ffmpeg', PICTURE, 99, { clock }), {
      code: 'ffmpeg',
      message: 'ffmpeg wrote more than 99 bytes',
    });
  });

  it('names what the tool said when it fails', async () => {
    await assert.rejects(outputOf('ffprobe', ['-v', 'error', '/nowhere.mp4'], 99, { clock }), /nowhere\.mp4/);
  });
});
