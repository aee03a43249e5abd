import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoffDelay } from '../../../nodes/lib/time/backoff';
import { sleep, systemClock } from '../../../nodes/lib/time/clock';
import { FakeClock } from '../../support/fake-clock';

describe('backoffDelay', () => {
  const policy = { first: 1, cap: 30 };
  for (const [failures, random, seconds] of [
    [1, 0, 0.5],
    [1, 1, 1],
    [4, 1, 8],
    [10, 1, 30],
    [2000, 0, 15],
  ] as const) {
    it(`waits ${seconds} s after ${failures} failures with jitter ${random}`, () => {
      assert.equal(backoffDelay(policy, failures, random), seconds);
    });
  }
});

describe('sleep', () => {
  it('lasts until the clock says so', async () => {
    const clock = new FakeClock();
    let awake = false;
    void sleep(clock, 10).then(() => (awake = true));
    await clock.advance(9.9);
    assert.equal(awake, false);
    await clock.advance(0.1);
    assert.equal(awake, true);
  });

  it('ends early when aborted, before or during', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const sleeping = sleep(clock, 1e9, stop.signal);
    stop.abort();
    await sleeping;
    await sleep(clock, 1e9, stop.signal);
  });
});

describe('systemClock', () => {
  it('does not fire at once when asked to wait longer than timers can', async () => {
    let fired = false;
    const cancel = systemClock.after(1e9, () => (fired = true));
    await new Promise((resolve) => setImmediate(resolve));
    cancel();
    assert.equal(fired, false);
  });
});
