import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StandstillRule } from '../../../../../nodes/lib/detection/rules/road/standstill-rule';

const SETTINGS = { stillRatio: 0.005, stillSeconds: 9, evidenceFrames: 3 };

interface Spell {
  readonly seconds: number;
  readonly movingRatio: number;
  readonly stoppedRatio?: number;
  readonly identical?: boolean;
}
const driving = (seconds: number): Spell => ({ seconds, movingRatio: 0.02 });
const stopped = (seconds: number): Spell => ({
  seconds,
  movingRatio: 0.001,
  stoppedRatio: 0.02,
});
const empty = (seconds: number): Spell => ({ seconds, movingRatio: 0 });

/** Spells of frames at a rate; gives the seconds at which a standstill is raised. */
function raisedAt(spells: readonly Spell[], fps: number, settings = SETTINGS): number[] {
  const rule = new StandstillRule(settings);
  let frame = 0;
  let identicalSeconds = 0;
  return spells.flatMap(({ seconds, movingRatio, stoppedRatio = 0, identical = false }) =>
    Array.from({ length: Math.round(seconds * fps) }, () => {
      frame += 1;
      identicalSeconds = identical ? identicalSeconds + 1 / fps : 0;
      const motion = {
        seconds: 1 / fps,
        movingRatio,
        stoppedRatio,
        identicalSeconds,
      };
      return rule.judge(motion) ? [frame / fps] : [];
    }).flat(),
  );
}

describe('StandstillRule', () => {
  for (const fps of [2, 5, 10, 25])
    it(`takes as long at ${fps} frames a second as at any rate, and raises once`, () => {
      const [at, ...more] = raisedAt([driving(5), stopped(60)], fps);
      assert.ok(at >= 14 && at <= 14 + 2 / fps, `at ${at} s`);
      assert.deepEqual(more, []);
    });

  it('counts no stillness before there was motion, nor on an empty road after it', () => {
    assert.deepEqual(raisedAt([stopped(600)], 10), []);
    assert.deepEqual(raisedAt([driving(5), empty(600)], 10), []);
  });

  it('stays latched until motion returns', () => {
    assert.equal(raisedAt([driving(5), stopped(300), driving(5), stopped(20)], 10).length, 2);
    assert.equal(raisedAt([driving(5), stopped(8), driving(0.1), stopped(8)], 10).length, 0);
  });

  it('wants its frames in a row, however short the time', () => {
    const settings = { ...SETTINGS, stillSeconds: 0.1, evidenceFrames: 4 };
    assert.deepEqual(raisedAt([driving(2), stopped(5)], 1, settings), [6]);
  });

  it('takes a picture that froze for no standstill', () => {
    assert.deepEqual(raisedAt([driving(5), { ...stopped(60), identical: true }], 10), []);
  });
});
