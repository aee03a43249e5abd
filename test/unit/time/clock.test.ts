import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep, systemClock } from '../../../nodes/lib/time/clock';
import { FakeClock } from '../../support/fake-clock';

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
