import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eachSecond } from '../../../nodes/lib/time/each-second';
import { FakeClock } from '../../support/fake-clock';

describe('eachSecond', () => {
  it('looks each second until something is found', async () => {
    const clock = new FakeClock();
    let looks = 0;
    const found = eachSecond(clock, () => (++looks === 3 ? 'it' : undefined), new AbortController().signal);
    await clock.advance(3);
    assert.equal(await found, 'it');
    assert.equal(looks, 3);
  });

  it('finds nothing any more when it is ended', async () => {
    const stop = new AbortController();
    const found = eachSecond(new FakeClock(), () => 'it', stop.signal);
    stop.abort();
    assert.equal(await found, undefined);
  });

  it('counts the time in which this process stood still as one look', async () => {
    const clock = new LateClock();
    const stop = new AbortController();
    let looks = 0;
    const found = eachSecond(clock, () => void (looks += 1), stop.signal);
    for (let round = 0; round < 9; round++) await clock.advance(1000);
    stop.abort();
    await found;
    assert.equal(looks, 9);
  });
});

/** Each timer comes a thousand seconds late, as after the process was stopped. */
class LateClock extends FakeClock {
  override after(_seconds: number, callback: () => void) {
    return super.after(1000, callback);
  }
}
