import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Watchdog } from '../../../nodes/lib/time/watchdog';
import { FakeClock } from '../../support/fake-clock';

describe('Watchdog', () => {
  it('is content while it is fed, and aborts when it starves', async () => {
    const clock = new FakeClock();
    const dog = new Watchdog(clock, 10, new AbortController().signal);
    for (let second = 0; second < 60; second += 1) {
      dog.feed();
      await clock.advance(1);
    }
    assert.equal(dog.signal.aborted, false);
    await clock.advance(9);
    assert.equal(dog.signal.aborted, false);
    await clock.advance(2);
    assert.deepEqual([dog.signal.aborted, dog.starved], [true, true]);
  });

  it('does not blame anybody for the time in which this process stood still', () => {
    const timers: (() => void)[] = [];
    const after = (_seconds: number, callback: () => void) => {
      timers.push(callback);
      return () => undefined;
    };
    const dog = new Watchdog({ now: () => 0, monotonic: () => 0, after }, 10, new AbortController().signal);
    // However late a timer fires, it is one second of which the process knows.
    for (let late = 0; late < 10; late += 1) timers.pop()?.();
    assert.equal(dog.signal.aborted, false);
    timers.pop()?.();
    assert.equal(dog.starved, true);
  });

  it('follows the outer signal, now or later, without starving', async () => {
    const clock = new FakeClock();
    const outer = new AbortController();
    const dog = new Watchdog(clock, 10, outer.signal);
    outer.abort();
    await clock.advance(60);
    assert.deepEqual([dog.signal.aborted, dog.starved], [true, false]);
    assert.equal(new Watchdog(clock, 10, outer.signal).signal.aborted, true);
  });

  it('rests when it is stopped', async () => {
    const clock = new FakeClock();
    const dog = new Watchdog(clock, 10, new AbortController().signal);
    dog.stop();
    await clock.advance(60);
    assert.equal(dog.signal.aborted, false);
  });
});
