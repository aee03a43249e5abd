import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Repeater } from '../../../../nodes/lib/alert/repeat/repeater';
import {
  DEFAULT_REPETITION,
  type OutgoingAlert,
  type RepetitionPolicy,
} from '../../../../nodes/lib/alert/repeat/schedule';
import { FakeClock } from '../../../support/fake-clock';

const START = 1_700_000_000;

/**
 * A repeater whose copies are noted as `<ms since start> <text>#<repetition>`.
 * @param outage for how many seconds from the start no copy is out
 */
function record(policy: Partial<RepetitionPolicy> = {}, outage = 0) {
  const clock = new FakeClock(START);
  const copies: string[] = [];
  const repeater = new Repeater({
    clock,
    policy: { ...DEFAULT_REPETITION, ...policy },
    send({ alert, repetition }) {
      copies.push(
        `${Math.round(clock.monotonic() * 1000)} ${Buffer.from(alert.bytes).toString()}#${repetition}`,
      );
      return Promise.resolve(clock.monotonic() >= outage);
    },
    onError: (error) => assert.fail(String(error)),
  });
  return { clock, copies, repeater };
}

const alert = (text: string, more: Partial<OutgoingAlert> = {}): OutgoingAlert => ({
  actionId: text,
  bytes: Buffer.from(text),
  ...more,
});

const times = (copies: readonly string[], text: string) =>
  copies.filter((copy) => copy.includes(` ${text}#`)).map((copy) => parseInt(copy));

describe('repetition', () => {
  it('sends at once, after 100, 200, 400 ms and then every 500 ms for 10 s, the same bytes', async () => {
    const { clock, copies, repeater } = record();
    const sent = repeater.submit(alert('a'));
    assert.deepEqual(copies, ['0 a#0']);
    assert.equal(await sent, true);

    await clock.advance(60);

    const every500 = Array.from({ length: 20 }, (_, index) => 400 + 500 * index);
    assert.deepEqual(times(copies, 'a'), [0, 100, 200, ...every500]);
    assert.equal(repeater.size, 0);
  });

  it('repeats at the interval and for the duration that are set; 0 s sends once', async () => {
    const slow = record({ interval: 2, duration: 5 });
    void slow.repeater.submit(alert('a'));
    await slow.clock.advance(60);
    assert.deepEqual(times(slow.copies, 'a'), [0, 100, 200, 400, 2400, 4400]);

    const once = record({ duration: 0 });
    void once.repeater.submit(alert('a'));
    await once.clock.advance(60);
    assert.deepEqual(once.copies, ['0 a#0']);
  });

  it('ends with the validity of the alert', async () => {
    const { clock, copies, repeater } = record();
    void repeater.submit(alert('a', { expires: START + 0.35 }));
    await clock.advance(60);
    assert.deepEqual(times(copies, 'a'), [0, 100, 200]);
    await assert.rejects(repeater.submit(alert('late', { expires: START + 60 })), { code: 'expired' });
  });

  it('tries an alert that reached nobody as long as it is valid, and repeats it once it is out', async () => {
    const { clock, copies, repeater } = record({ duration: 1 }, 30.3);
    void repeater.submit(alert('a', { expires: START + 600 }));
    void repeater.submit(alert('over', { expires: START + 5 }));
    void repeater.submit(alert('endless'));
    await clock.advance(60);

    const tries = Array.from({ length: 61 }, (_, index) => 100 + 500 * index);
    assert.deepEqual(times(copies, 'a'), [0, ...tries, 30_600, 30_700, 30_800, 31_000, 31_500]);
    assert.equal(times(copies, 'over').at(-1), 4600);
    assert.equal(times(copies, 'endless').at(-1), 900);
    assert.equal(repeater.size, 0);
  });

  it('replaces an alert by its newer version, which is repeated itself', async () => {
    const { clock, copies, repeater } = record({ duration: 0.5 });
    void repeater.submit(alert('new', { actionId: '1001:1', referenceTime: START }));
    await clock.advance(0.15);
    void repeater.submit(alert('cancel', { actionId: '1001:1', referenceTime: START + 0.15 }));
    await clock.advance(60);

    assert.deepEqual(times(copies, 'new'), [0, 100]);
    assert.deepEqual(times(copies, 'cancel'), [150, 250, 350, 550]);
  });

  it('refuses an older version than the live one', async () => {
    const { repeater } = record();
    void repeater.submit(alert('new', { actionId: '1001:1', referenceTime: START + 1 }));
    await assert.rejects(repeater.submit(alert('old', { actionId: '1001:1', referenceTime: START })), {
      code: 'stale',
    });
  });

  it('keeps to the copies per second, first copies first, and lets repetitions take turns', async () => {
    const { clock, copies, repeater } = record({ perSecond: 4 });
    for (const text of ['a', 'b', 'c']) void repeater.submit(alert(text));
    await clock.advance(0.5);
    void repeater.submit(alert('late'));
    await clock.advance(60);

    for (let second = 0; second < 11_000; second += 50) {
      const within = copies.map((copy) => parseInt(copy)).filter((ms) => ms >= second && ms < second + 1000);
      assert.ok(within.length <= 4, `${within.length} copies within ${second} ms`);
    }
    assert.equal(times(copies, 'late')[0], 500, 'at once, though repetitions wait since 100 ms');
    const shares = ['a', 'b', 'c', 'late'].map((text) => times(copies, text).length);
    assert.ok(Math.max(...shares) - Math.min(...shares) <= 2, `shares ${shares.join(', ')}`);
  });

  it('tells when an alert was replaced, or ran out, before it could go out', async () => {
    const { clock, copies, repeater } = record({ perSecond: 1 });
    void repeater.submit(alert('first', { duration: 0 }));
    const replaced = repeater.submit(alert('v1', { actionId: 'x' }));
    const replacing = repeater.submit(alert('v2', { actionId: 'x', duration: 0 }));
    const runsOut = repeater.submit(alert('short', { expires: START + 0.5 }));
    assert.equal(await replaced, false);
    await clock.advance(60);
    assert.deepEqual([await replacing, await runsOut], [true, false]);
    assert.deepEqual(copies, ['0 first#0', '1000 v2#0']);
  });

  it('hands a failed first copy to who submitted it, and a failed repetition to its owner', async () => {
    const clock = new FakeClock(START);
    const errors: unknown[] = [];
    const repeater = new Repeater({
      clock,
      policy: { ...DEFAULT_REPETITION, duration: 0.1 },
      send: ({ repetition }) => Promise.reject(new Error(`copy ${repetition}`)),
      onError: (error) => errors.push(error),
    });
    await assert.rejects(repeater.submit(alert('a')), /copy 0/);
    await clock.advance(60);
    assert.deepEqual(errors.map(String), ['Error: copy 1']);
  });

  it('refuses more alerts than it can hold', async () => {
    const { repeater } = record();
    for (let number = 0; number < 4096; number += 1) void repeater.submit(alert(`a${number}`));
    await assert.rejects(repeater.submit(alert('one more')), { code: 'overload' });
  });

  it('sends nothing after it is closed', async () => {
    const { clock, copies, repeater } = record({ perSecond: 1 });
    void repeater.submit(alert('a'));
    const waiting = repeater.submit(alert('b'));
    repeater.close();
    assert.equal(await waiting, false);
    assert.equal(await repeater.submit(alert('c')), false);
    await clock.advance(60);
    assert.deepEqual(copies, ['0 a#0']);
  });
});
