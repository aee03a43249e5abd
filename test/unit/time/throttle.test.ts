import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Throttle } from '../../../nodes/lib/time/throttle';
import { FakeClock } from '../../support/fake-clock';

it('Throttle calls at once, then once a period for all that came, and no more when cancelled', async () => {
  const clock = new FakeClock();
  let calls = 0;
  const throttle = new Throttle(clock, 1, () => (calls += 1));
  throttle.call();
  throttle.call();
  throttle.call();
  assert.equal(calls, 1);
  await clock.advance(1);
  assert.equal(calls, 2);
  await clock.advance(10);
  assert.equal(calls, 2);
  throttle.call();
  throttle.call();
  throttle.cancel();
  await clock.advance(10);
  assert.equal(calls, 3);
});
