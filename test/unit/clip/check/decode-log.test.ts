import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DecodeLog } from '../../../../nodes/lib/clip/check/decode-log';

const FPS = 10;
const GOP = 10;

/** What ffmpeg logs for frames of 10 a second, each tenth a key frame; `errors` come before the frame of that number. */
function logOf(
  frames: number,
  errors: Readonly<Record<number, string>> = {},
  first = 0,
  keyFramesOnly = false,
): DecodeLog {
  const log = new DecodeLog(first / FPS, keyFramesOnly);
  for (let n = first; n <= frames; n += 1) {
    if (errors[n]) log.add(errors[n]);
    if (n < frames) log.add(frameLine(n));
  }
  return log;
}

function frameLine(n: number): string {
  const key = n % GOP === 0 ? 1 : 0;
  return (
    `[Parsed_showinfo_0 @ 0x557923b604c0] [info] n:  ${n} pts:    ${n * 512} pts_time:${n / FPS}    pos:    98036 ` +
    `fmt:yuv420p sar:1/1 s:1280x720 i:P iskey:${key} type:${key ? 'I' : 'P'} `
  );
}

const BROKEN = '[h264 @ 0x563432ae9140] [error] error while decoding MB 78 27, bytestream -7';

describe('DecodeLog', () => {
  it('finds no fault where nothing is said, and knows the last frame', () => {
    const log = logOf(40);
    assert.deepEqual(log.faults(4), []);
    assert.equal(log.lastFrame, 3.9);
    assert.equal(new DecodeLog(0).lastFrame, undefined);
  });

  it('takes what is broken for broken until the next key frame', () => {
    assert.deepEqual(logOf(40, { 13: BROKEN }).faults(4), [
      { from: 1.2, to: 2, reason: 'error while decoding MB 78 27, bytestream -7' },
    ]);
  });

  it('is not taken in by a key frame that shows while the decoder is ahead of it', () => {
    assert.deepEqual(
      logOf(40, { 18: BROKEN })
        .faults(4)
        .map(({ from, to }) => [from, to]),
      [[1.7, 3]],
    );
  });

  it('tells faults apart, and one that lasts to the end', () => {
    assert.deepEqual(
      logOf(60, { 3: BROKEN, 23: BROKEN, 26: BROKEN, 55: BROKEN })
        .faults(6)
        .map(({ from, to }) => [from, to]),
      [
        [0.2, 1],
        [2.2, 4],
        [5.4, 6],
      ],
    );
  });

  it('knows warnings that mean a broken picture, and errors that mean nothing', () => {
    const warnings = ['corrupt decoded frame in stream 0', 'corrupt input packet in stream 0'];
    for (const warning of warnings)
      assert.equal(logOf(40, { 13: `[warning] clip.mp4: ${warning}` }).faults(4).length, 1, warning);
    for (const line of [
      '[h264 @ 0x5] [error] SEI type 5 size 2208 truncated at 1944',
      '[null @ 0x5] [error] Application provided invalid, non monotonically increasing dts to muxer in stream 0: 3 >= 3',
      '[h264 @ 0x5] [warning] Late SEI is not implemented.',
      '[info] a file named [error] here.mp4'.replace('[error]', 'error'),
    ])
      assert.deepEqual(logOf(40, { 13: line }).faults(4), [], line);
  });

  it('takes a missing reference for a fault where decoding began with the film, as Chromium does', () => {
    const line = { 13: '[h264 @ 0x5] [error] mmco: unref short failure' };
    assert.equal(logOf(40, line).faults(4).length, 1);
    assert.deepEqual(logOf(40, line, 10).faults(4), []);
    assert.deepEqual(logOf(40, line, 0, true).faults(4), []);
  });

  it('begins a fault before the first frame where decoding began', () => {
    assert.deepEqual(
      logOf(40, { 15: BROKEN }, 15)
        .faults(4)
        .map(({ from, to }) => [from, to]),
      [[1.5, 2]],
    );
  });
});
