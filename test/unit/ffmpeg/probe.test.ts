import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock as clock } from '../../../nodes/lib/time/clock';
import { parseProbe, probe } from '../../../nodes/lib/ffmpeg/probe';

describe('parseProbe', () => {
  it('reads lengths, codecs, size and rate, and leaves out what is unknown', () => {
    const report = {
      format: { format_name: 'mov,mp4', duration: '10.5', start_time: '0.04' },
      streams: [
        { index: 0, codec_type: 'audio', codec_name: 'aac', duration: 'N/A' },
        {
          index: 1,
          codec_type: 'video',
          codec_name: 'h264',
          width: 640,
          height: 360,
          avg_frame_rate: '30000/1001',
        },
        { index: 2, codec_type: 'data' },
      ],
    };
    const media = parseProbe(JSON.stringify(report));
    assert.equal(media.duration, 10.5);
    assert.deepEqual(media.audio, { index: 0, type: 'audio', codec: 'aac' });
    assert.equal(media.video?.width, 640);
    assert.ok(Math.abs((media.video.fps ?? 0) - 29.97) < 0.001);
    assert.equal(media.streams[2]?.codec, 'unknown');
    assert.equal(parseProbe('{"streams":[{"avg_frame_rate":"0/0"}]}').streams[0]?.fps, undefined);
  });

  it('refuses what is no report', () => {
    assert.throws(() => parseProbe('not json'), { code: 'ffmpeg' });
  });
});

describe('probe', () => {
  it('names the file that it cannot read', async () => {
    await assert.rejects(probe('/no/such.mp4', { clock }), /\/no\/such\.mp4: No such file/);
  });
});
