import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deadline } from '../../../nodes/lib/time/deadline';
import { FakeClock, settle } from '../../support/fake-clock';

const never = new AbortController().signal;

describe('Deadline', () => {
  it('passes after its time, to the second', async () => {
    const clock = new FakeClock();
    const deadline = new Deadline(clock, 2, never);
    await clock.advance(1.9);
    assert.deepEqual([deadline.signal.aborted, deadline.passed], [false, false]);
    await clock.advance(0.1);
    assert.deepEqual([deadline.signal.aborted, deadline.passed], [true, true]);
  });

  it('does not pass while it is extended, and never early after that', async () => {
    const clock = new FakeClock();
    const deadline = new Deadline(clock, 10, never);
    for (let time = 0; time < 60; time += 0.7) {
      deadline.extend();
      await clock.advance(0.7);
    }
    await clock.advance(9.2);
    assert.equal(deadline.signal.aborted, false);
    await clock.advance(1.1);
    assert.equal(deadline.passed, true);
  });

  it('does not count the time in which this process was suspended', async () => {
    const timers: (() => void)[] = [];
    const after = (_seconds: number, callback: () => void) => {
      timers.push(callback);
      return () => undefined;
    };
    const deadline = new Deadline({ now: () => 0, monotonic: () => 0, after }, 10, never);
    // However late a timer fires, it is one second of which the process knows.
    for (let second = 1; second <= 10; second += 1) {
      assert.equal(deadline.passed, false);
      timers.pop()?.();
      await settle();
    }
    assert.equal(deadline.passed, true);
  });

  it('follows the outer signal, now or later, without having passed', async () => {
    const clock = new FakeClock();
    const outer = new AbortController();
    const deadline = new Deadline(clock, 10, outer.signal);
    outer.abort();
    await clock.advance(60);
    assert.deepEqual([deadline.signal.aborted, deadline.passed], [true, false]);
    assert.equal(new Deadline(clock, 10, outer.signal).signal.aborted, true);
  });

  it('passes early on request, and not at all once cancelled', async () => {
    const clock = new FakeClock();
    const early = new Deadline(clock, 10, never);
    early.pass();
    assert.deepEqual([early.signal.aborted, early.passed], [true, true]);
    const cancelled = new Deadline(clock, 10, never);
    cancelled.cancel();
    await clock.advance(60);
    assert.deepEqual([cancelled.signal.aborted, cancelled.passed], [false, false]);
  });
});
