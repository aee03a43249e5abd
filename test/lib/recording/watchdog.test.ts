import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watchForStall } from '../../../nodes/lib/recording/watchdog';
import { FakeClock } from '../../support/fake-clock';

describe('watchForStall', () => {
  it('ends when nothing moved for the limit', async () => {
    const clock = new FakeClock();
    const signs = [true, false, false, true];
    let ended = false;
    const look = () => signs.shift() ?? false;
    const watch = watchForStall(clock, 5, look, new AbortController().signal).then(() => (ended = true));
    await clock.advance(8);
    assert.equal(ended, false);
    await clock.advance(1);
    await watch;
  });

  it('does not blame others for the time in which this process itself stood still', async () => {
    const clock = new LateClock();
    let looks = 0;
    const stop = new AbortController();
    const look = () => ++looks % 3 === 0;
    const watch = watchForStall(clock, 5, look, stop.signal);
    for (let round = 0; round < 9; round++) await clock.advance(1000);
    stop.abort();
    await watch;
    assert.equal(looks, 9);
  });
});

/** Each timer comes a thousand seconds late, as after the process was stopped. */
class LateClock extends FakeClock {
  override after(_seconds: number, callback: () => void) {
    return super.after(1000, callback);
  }
}
