import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FireRule } from '../../../../../nodes/lib/detection/rules/road/fire-rule';

const CELLS = 100;
const SETTINGS = { redRatio: 0.2, fireSeconds: 3, evidenceFrames: 3 };
const burning = (share: number) => new Uint8Array(CELLS).map((_, cell) => (cell < share * CELLS ? 1 : 0));

/** Frames at a rate with a share of the cells red; gives the seconds at which a fire is raised. */
function raisedAt(rule: FireRule, fps: number, shares: readonly number[]): number[] {
  return shares.flatMap((share, frame) =>
    rule.judge(burning(share), share, frame === 0 ? 0 : 1 / fps) ? [frame / fps] : [],
  );
}

describe('FireRule', () => {
  for (const fps of [2, 5, 10, 25])
    it(`takes as long at ${fps} frames a second as at any rate, and raises once`, () => {
      const [at, ...more] = raisedAt(new FireRule(SETTINGS, CELLS), fps, Array<number>(20 * fps).fill(0.3));
      assert.ok(at >= 3 && at <= 3 + 3 / fps, `at ${at} s`);
      assert.deepEqual(more, []);
    });

  it('wants its frames in a row, however short the time', () => {
    const rule = () => new FireRule({ ...SETTINGS, fireSeconds: 0 }, CELLS);
    assert.deepEqual(raisedAt(rule(), 1, [0.3, 0.3, 0.3]), [2]);
    assert.deepEqual(raisedAt(rule(), 1, [0.3, 0.3, 0.1, 0.3, 0.3, 0.1]), []);
  });

  it('raises again when the fire had gone', () => {
    const shares = [0.3, 0, 0.3].flatMap((share) => Array<number>(80).fill(share));
    assert.equal(raisedAt(new FireRule(SETTINGS, CELLS), 10, shares).length, 2);
  });

  it('takes the share of what is watched', () => {
    const shares = Array<number>(80).fill(0.15);
    const [few, all] = [20, CELLS].map((watched) => {
      const rule = new FireRule(SETTINGS, CELLS, watched);
      return shares.filter((share) => rule.judge(burning(share), 0.75, 0.1)).length;
    });
    assert.deepEqual([few, all], [1, 0]);
  });
});
