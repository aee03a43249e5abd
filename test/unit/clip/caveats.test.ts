import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClipPart, ClipPlan } from '../../../nodes/lib/clip/plan/plan';
import { caveats } from '../../../nodes/lib/clip/caveats';

function part(from: number, to: number): ClipPart {
  const name = `seg_${Math.floor(from)}.mp4`;
  const segment = { name, from, to, bytes: 1, run: '', number: 0, measured: false };
  const end = to - from;
  const times = { start: 0, firstFrame: 0, lastFrame: end - 0.04, end, keyFrames: [0] };
  const media = { ...times, format: 'h264', width: 1280, height: 720 };
  return { segment, media, inpoint: undefined, outpoint: undefined, shift: 0 };
}

function plan(change: Partial<ClipPlan>): ClipPlan {
  const window = { from: 1000, to: 1030 };
  const parts = [part(1000, 1010), part(1009, 1020), part(1020, 1030)];
  const rest = { duration: 30, t0Offset: 15, gaps: [], gop: 1 };
  return { wanted: window, achieved: window, parts, method: 'copy', ...rest, ...change };
}

describe('caveats', () => {
  it('says nothing of a clip that shows its window', () => {
    assert.deepEqual(caveats(plan({})), []);
  });

  it('says what is missing at both ends and between', () => {
    const achieved = { from: 1002, to: 1027 };
    assert.deepEqual(caveats(plan({ achieved, gaps: [{ from: 1010, to: 1014 }] })), [
      'The footage starts 2.0 s after the start of the window',
      'The footage ends 3.0 s before the end of the window',
      '4.0 s are missing in 1 gaps',
    ]);
  });

  it('says that the incident itself is not shown', () => {
    assert.deepEqual(caveats(plan({ t0Offset: undefined })), [
      'The footage does not include the incident itself',
    ]);
  });

  it('says which segments cannot both be right about their time', () => {
    const parts = [part(1000, 1010), part(1006, 1016), part(1016, 1030)];
    assert.deepEqual(caveats(plan({ parts })), [
      'seg_1000.mp4 and seg_1006.mp4 cover the same time: the clock was set while they were recorded',
    ]);
  });
});
