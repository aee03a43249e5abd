import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watchForStall } from '../../../nodes/lib/recording/watchdog';
import { FakeClock } from '../../support/fake-clock';

describe('watchForStall', () => {
  it('ends with true when nothing moved for the limit', async () => {
    const clock = new FakeClock();
    const signs = [true, false, false, true];
    const stalled = watchForStall(
      clock,
      5,
      () => Promise.resolve(signs.shift() ?? false),
      new AbortController().signal,
    );
    await clock.advance(8);
    let ended = false;
    void stalled.then(() => (ended = true));
    await clock.advance(0);
    assert.equal(ended, false);
    await clock.advance(1);
    assert.equal(await stalled, true);
  });

  it('does not blame others for the time in which this process itself stood still', async () => {
    const clock = new FakeClock();
    let looks = 0;
    const stop = new AbortController();
    const stalled = watchForStall(clock, 5, () => Promise.resolve(++looks > 1), stop.signal);
    // One timer that comes very late is one tick only.
    await clock.advance(1);
    clock.stepWallClock(3600);
    await clock.advance(2);
    stop.abort();
    assert.equal(await stalled, false);
  });
});
