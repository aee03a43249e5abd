import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunTimeline } from '../../../nodes/lib/recording/timeline';
import { FakeClock } from '../../support/fake-clock';

const START = 1_700_000_000;

/** Closes segments of ten seconds, each seen with its own delay. */
async function timelineWith(delays: readonly number[]) {
  const clock = new FakeClock(START);
  const timeline = new RunTimeline(clock);
  const spans = [];
  for (const [position, delay] of delays.entries()) {
    const end = 10 * (position + 1);
    await clock.advance(START + end + delay - clock.now());
    spans.push(timeline.close(end - 10, end));
  }
  return { clock, timeline, spans };
}

const near = (actual: number, expected: number, tolerance = 1e-6) => {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual - START} is not ${expected - START}`);
};

describe('RunTimeline', () => {
  it('takes the least delayed observation, and makes segments join exactly', async () => {
    const { spans } = await timelineWith([0.4, 0.05, 0.9, 0.3]);
    near(spans[0]?.from ?? 0, START + 0.4);
    near(spans[1]?.to ?? 0, START + 20.05);
    near(spans[2]?.to ?? 0, START + 30.05);
    near(spans[3]?.to ?? 0, START + 40.05);
    for (const [position, { from, broken }] of spans.entries()) {
      assert.equal(broken, undefined);
      if (position > 0) assert.equal(from, spans[position - 1]?.to);
    }
  });

  it('follows a camera whose clock is slow', async () => {
    const drift = Array.from({ length: 8640 }, (_, position) => position * 10 * 50e-6);
    const { spans, clock } = await timelineWith(drift);
    near(spans.at(-1)?.to ?? 0, clock.now(), 0.02);
  });

  for (const step of [3600, -3600, 1]) {
    it(`sees a wall clock that steps by ${step} s, and goes on by the new one`, async () => {
      const { clock, timeline } = await timelineWith([0, 0]);
      clock.stepWallClock(step);
      await clock.advance(10);
      const span = timeline.close(20, 30);
      assert.equal(span.broken, 'clock step');
      near(span.from, START + 20 + step);
      near(span.to, START + 30 + step);
      await clock.advance(10);
      assert.deepEqual(timeline.close(30, 40).broken, undefined);
    });
  }

  it('sees time stamps that jump, and measures the segment by the clock', async () => {
    const forward = await timelineWith([0, 0]);
    await forward.clock.advance(4);
    const jumped = forward.timeline.close(20, 3624);
    assert.equal(jumped.broken, 'time stamp jump');
    near(jumped.from, START + 20);
    near(jumped.to, START + 24);

    const squeezed = await timelineWith([0, 0]);
    await squeezed.clock.advance(30);
    assert.equal(squeezed.timeline.close(20, 25).broken, 'time stamp jump');
  });
});
