import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeCodecs, judgeGop, remedyFor } from '../../../../cli/doctor/checks/camera';
import type { MediaInfo, StreamInfo } from '../../../../nodes/lib/ffmpeg/probe';

function media(video?: string, audio?: string): MediaInfo {
  const stream = (type: 'video' | 'audio', codec: string): StreamInfo => ({ index: 0, type, codec });
  return {
    format: 'rtsp',
    streams: [],
    ...(video ? { video: stream('video', video) } : {}),
    ...(audio ? { audio: stream('audio', audio) } : {}),
  };
}

describe("a camera's codecs", () => {
  const cases = [
    [media('h264'), 'ok', /h264.*no sound/],
    [media('h264', 'aac'), 'ok', /aac sound$/],
    [media('h264', 'pcm_alaw'), 'ok', /converted to AAC/],
    [media('hevc'), 'ok', /many browsers/],
    [media('mjpeg'), 'warning', /re-encoded/],
    [media(undefined, 'aac'), 'problem', /no video/],
  ] as const;
  for (const [info, level, text] of cases) {
    it(`${info.video?.codec} with ${info.audio?.codec}: ${level}`, () => {
      const [found] = judgeCodecs('rtsp://cam', info);
      assert.equal(found.level, level);
      assert.match(found.text, text);
    });
  }
});

describe('the distance of key frames', () => {
  const window = { segmentSeconds: 10, pre: 300 };
  const measure = (gop: number, seconds = 60) => ({ gop, seconds, bytesPerSecond: 250_000 });

  it('is fine up to a segment', () => {
    assert.deepEqual(judgeGop(measure(1), window).text, 'a key frame every 1.0 s, at 2.0 Mb/s');
    const four = judgeGop(measure(4), window);
    assert.equal(four.level, 'ok');
    assert.match(four.text, /early by up to that much/);
  });

  it('is too long past a segment, or past the pre-roll', () => {
    const long = judgeGop(measure(12, 12), window);
    assert.equal(long.level, 'warning');
    assert.match(long.text, /more than 12 s.*segments of 10 s/);
    assert.match(long.remedy ?? '', /GOP/);
    assert.match(judgeGop(measure(5), { ...window, pre: 3 }).text, /earlier than their pre-roll/);
  });
});

describe("what is behind ffmpeg's words", () => {
  const cases = [
    ['method DESCRIBE failed: 401 Unauthorized', /password/],
    ['method DESCRIBE failed: 404 Not Found', /path/],
    ['Connection to tcp://192.0.2.1:554 failed: Connection refused', /network/],
    ['it did not answer within 20 s', /network/],
    ['/dev/video0: Device or resource busy', /fuser/],
    ['Invalid data found when processing input', /ffplay/],
  ] as const;
  for (const [words, remedy] of cases)
    it(words, () => {
      assert.match(remedyFor(words), remedy);
    });
});
