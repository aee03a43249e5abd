import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { caveats } from '../../../../nodes/lib/clip/caveats';
import type { Footage } from '../../../../nodes/lib/clip/plan/footage';
import { planClip } from '../../../../nodes/lib/clip/plan/plan';

/** Seconds in the file of what took 10 s: the camera's clock is slow. */
const LENGTH = 8;

/** Segments of 10 s in 8 s of file, key frames 2 s of file apart. */
function footage(count: number, timeError?: number): Footage[] {
  return Array.from({ length: count }, (_, number) => ({
    segment: {
      ...{ name: `seg_${1000 + 10 * number}.mp4`, from: 1000 + 10 * number, to: 1010 + 10 * number },
      ...{ bytes: 1, run: 'a', number, measured: true, rate: 10 / LENGTH },
      ...(timeError !== undefined && { timeError }),
    },
    media: {
      ...{ start: 0, firstFrame: 0, lastFrame: LENGTH - 0.04, end: LENGTH, keyFrames: [0, 2, 4, 6] },
      ...{ format: 'h264', width: 1280, height: 720 },
    },
  }));
}

describe('footage of a camera whose clock is wrong', () => {
  it('is as long in the clip as its file says, and T0 is where it was', () => {
    const plan = planClip({ from: 1003, to: 1028 }, 1015, footage(3));
    assert.ok(plan);
    // A key frame is 2.5 s after the beginning of the first segment.
    assert.deepEqual([plan.achieved, plan.gaps], [{ from: 1002.5, to: 1028 }, []]);
    assert.equal(plan.duration, 6 + LENGTH + 6.4);
    assert.equal(plan.t0Offset, 6 + 4);
    assert.equal(plan.parts.at(-1)?.outpoint, 6.4);
  });

  it('is noted', () => {
    const plan = planClip({ from: 1000, to: 1030 }, 1015, footage(3, 0.34));
    assert.deepEqual(plan && caveats(plan), [
      "The camera's clock changed: times in 3 of 3 segments may be off by up to 0.3 s",
      "The camera's clock ran 20.0 % slow: 24.0 s of the clip took 30.0 s",
    ]);
  });
});
