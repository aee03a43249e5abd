import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Repeater } from '../../../../nodes/lib/alert/repeat/repeater';
import type { OutgoingAlert, RepetitionPolicy } from '../../../../nodes/lib/alert/repeat/schedule';
import { readSettings } from '../../../../nodes/lib/node-red/settings';
import { SETTINGS } from '../../../../nodes/v2x-multicast-out/settings';
import { FakeClock } from '../../../support/fake-clock';

const START = 1_700_000_000;
const DEFAULTS: RepetitionPolicy = { interval: 1, perSecond: 100 };

/**
 * A repeater whose copies are noted as `<ms since start> <text>#<repetition>`.
 * @param outage for how many seconds from the start no copy is out
 */
function record(policy: Partial<RepetitionPolicy> = {}, outage = 0) {
  const clock = new FakeClock(START);
  const copies: string[] = [];
  const repeater = new Repeater({
    clock,
    policy: { ...DEFAULTS, ...policy },
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
  it('sends at once, after 100, 200, 400 ms and then once a second for the whole validity, the same bytes', async () => {
    const { clock, copies, repeater } = record();
    const sent = repeater.submit(alert('a', { expires: START + 600 }));
    assert.deepEqual(copies, ['0 a#0']);
    assert.equal(await sent, true);

    await clock.advance(7200);

    const [first, ...steady] = times(copies, 'a').slice(3);
    assert.deepEqual(times(copies, 'a').slice(0, 3), [0, 100, 200]);
    assert.equal(first, 400);
    assert.ok(steady[0] - first <= 1000, 'the first pause is no longer than the others');
    assert.ok(steady.every((time, index) => index === 0 || time - steady[index - 1] === 1000));
    assert.ok(600_000 - (steady.at(-1) ?? 0) <= 1000, 'a vehicle that comes in the last second hears it');
    assert.equal(repeater.size, 0);
  });

  it('repeats at the interval and for the duration that are set; 0 s sends once', async () => {
    const slow = record({ interval: 2, duration: 5 });
    void slow.repeater.submit(alert('a'));
    await slow.clock.advance(60);
    assert.deepEqual(times(slow.copies, 'a'), [0, 100, 200, 400, 2000, 4000]);

    const once = record({ duration: 0 });
    void once.repeater.submit(alert('a'));
    await once.clock.advance(60);
    assert.deepEqual(once.copies, ['0 a#0']);
    assert.equal(once.repeater.size, 0);
  });

  it('repeats a cancel until its validity ends, also where warnings end earlier', async () => {
    for (const duration of [undefined, 10]) {
      const { clock, copies, repeater } = record({ duration });
      void repeater.submit(alert('end', { cancels: true, expires: START + 600 }));
      await clock.advance(700);
      assert.ok((times(copies, 'end').at(-1) ?? 0) >= 595_000);
      assert.equal(repeater.size, 0);
    }
    const once = record({ duration: 0 });
    void once.repeater.submit(alert('end', { cancels: true, expires: START + 600 }));
    await once.clock.advance(700);
    assert.equal(once.copies.length, 1);
  });

  it('takes an alert without an end for one of 600 s, and repeats none for more than a day', async () => {
    const { clock, copies, repeater } = record({ interval: 60 });
    void repeater.submit(alert('a'));
    void repeater.submit(alert('b', { expires: START + 1e9 }));
    await clock.advance(2 * 86_400);
    assert.ok((times(copies, 'a').at(-1) ?? 0) > 500_000);
    assert.ok((times(copies, 'a').at(-1) ?? 0) < 600_000);
    assert.ok((times(copies, 'b').at(-1) ?? 0) < 86_400_000);
    assert.equal(repeater.size, 0);
  });

  it('repeats a cancel five times slower, until it ends', async () => {
    const { clock, copies, repeater } = record();
    void repeater.submit(alert('new', { actionId: '1001:1', expires: START + 600 }));
    await clock.advance(29.5);
    void repeater.submit(alert('cancel', { actionId: '1001:1', expires: START + 630, cancels: true }));
    await clock.advance(1000);

    assert.ok(times(copies, 'new').every((time) => time < 29_500));
    const [sent, , , , ...steady] = times(copies, 'cancel');
    assert.equal(sent, 29_500);
    assert.ok(steady.every((time, index) => index === 0 || time - steady[index - 1] === 5000));
    assert.ok(630_000 - (steady.at(-1) ?? 0) <= 5000);
  });

  it('spreads alerts that came together over the interval, one by one', async () => {
    for (const count of [10, 100]) {
      const { clock, copies, repeater } = record({ perSecond: 1000 });
      for (let number = 0; number < count; number += 1) void repeater.submit(alert(`a${number}`));
      await clock.advance(20);
      const steady = copies.map((copy) => parseInt(copy)).filter((time) => time >= 2000 && time < 19_000);
      assert.equal(steady.length, count * 17);
      for (let from = 2000; from < 19_000; from += 10) {
        const within = steady.filter((time) => time >= from && time < from + 100).length;
        assert.ok(within <= count / 10 + 2, `${within} of ${count} copies within 100 ms from ${from} ms`);
      }
    }
  });

  it('lets repetitions that exceed the copies per second keep their distance', async () => {
    const { clock, copies, repeater } = record({ perSecond: 100, interval: 0.5 });
    for (let number = 0; number < 200; number += 1) void repeater.submit(alert(`a${number}`));
    await clock.advance(30);
    const steady = copies.map((copy) => parseInt(copy)).filter((time) => time >= 3000);
    for (let from = 3000; from < 29_000; from += 10) {
      const within = steady.filter((time) => time >= from && time < from + 90).length;
      assert.ok(within <= 9, `${within} copies within 90 ms from ${from} ms`);
    }
    assert.ok(steady.length >= 27 * 79);
  });

  it('wakes up ten times a second for 100 standing alerts, and repeats each once a second', async () => {
    const { clock, copies, repeater } = record({ perSecond: readSettings(SETTINGS, {}).perSecond });
    for (let number = 0; number < 100; number += 1) void repeater.submit(alert(`a${number}`));
    await clock.advance(30);
    const steady = copies.map((copy) => parseInt(copy)).filter((time) => time >= 5000 && time < 25_000);
    assert.equal(steady.length, 2000, 'a copy of each a second');
    const batches = new Set(steady).size;
    assert.ok(batches <= 205, `${batches} times awake in 20 s`);
    for (let from = 5000; from < 24_000; from += 10) {
      const within = steady.filter((time) => time >= from && time < from + 90).length;
      assert.ok(within <= 12, `${within} copies within 90 ms from ${from} ms`);
    }
  });

  it('sends no more in one go than a receiver can hold, however many copies per second are allowed', async () => {
    const { clock, copies, repeater } = record({ perSecond: 10_000 });
    for (let number = 0; number < 1000; number += 1) void repeater.submit(alert(`a${number}`));
    await clock.advance(4);
    const counts = new Map<number, number>();
    const steady = copies.map((copy) => parseInt(copy)).filter((time) => time >= 2000 && time < 3900);
    for (const time of steady) counts.set(time, (counts.get(time) ?? 0) + 1);
    assert.equal(Math.round(steady.length / 100), 19);
    assert.ok(
      Math.max(...counts.values()) <= 18,
      `${Math.max(...counts.values())} copies in one millisecond`,
    );
  });

  it('goes on after a restart without a burst, within one interval', async () => {
    const { clock, copies, repeater } = record({ perSecond: 1000 });
    for (let number = 0; number < 100; number += 1) {
      repeater.resume(alert(`a${number}`, { expires: START + 600 }), number === 0 ? 5 : undefined);
    }
    await clock.advance(1.05);
    assert.equal(new Set(copies.map((copy) => copy.split(/[ #]/)[1])).size, 100);
    for (let from = 0; from < 1000; from += 10) {
      const within = copies.map((copy) => parseInt(copy)).filter((time) => time >= from && time < from + 100);
      assert.ok(within.length <= 15, `${within.length} copies within 100 ms from ${from} ms`);
    }
    await clock.advance(20);
    assert.ok((times(copies, 'a0').at(-1) ?? 0) <= 5000, 'the rest of its duration');
    await clock.advance(700);
    assert.equal(repeater.size, 0);
  });

  it('neither stops nor goes on for longer when the clock is set back', async () => {
    const { clock, copies, repeater } = record();
    void repeater.submit(alert('a', { expires: START + 60 }));
    await clock.advance(10);
    clock.stepWallClock(-3600);
    await clock.advance(600);
    const last = times(copies, 'a').at(-1) ?? 0;
    assert.ok(last > 59_000 - 1 && last < 60_000, `last copy after ${last} ms`);
  });

  it('stops when the clock is set forward past the validity', async () => {
    const { clock, copies, repeater } = record();
    void repeater.submit(alert('a', { expires: START + 600 }));
    await clock.advance(10);
    clock.stepWallClock(3600);
    await clock.advance(600);
    assert.ok(times(copies, 'a').every((time) => time <= 10_000));
    assert.equal(repeater.size, 0);
  });

  it('ends with the validity of the alert', async () => {
    const { clock, copies, repeater } = record();
    void repeater.submit(alert('a', { expires: START + 0.35 }));
    await clock.advance(60);
    assert.deepEqual(times(copies, 'a'), [0, 100, 200]);
    await assert.rejects(repeater.submit(alert('late', { expires: START + 60 })), { code: 'expired' });
  });

  it('tries an alert that reached nobody as long as it is valid, and repeats it once it is out', async () => {
    const { clock, copies, repeater } = record({ duration: 1, interval: 0.5 }, 30.3);
    void repeater.submit(alert('a', { expires: START + 600 }));
    await clock.advance(60);
    const tries = Array.from({ length: 61 }, (_, index) => 100 + 500 * index);
    assert.deepEqual(times(copies, 'a'), [0, ...tries, 30_600, 30_700, 30_800, 31_000, 31_500]);

    const unheard = record({ duration: 1, interval: 0.5 }, 30.3);
    void unheard.repeater.submit(alert('over', { expires: START + 5 }));
    await unheard.clock.advance(60);
    assert.equal(times(unheard.copies, 'over').at(-1), 4600);
    assert.equal(unheard.repeater.size, 0);
  });

  it('replaces an alert by its newer version, which is repeated itself', async () => {
    const { clock, copies, repeater } = record({ duration: 0.5, interval: 2 });
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

    for (let second = 0; second < 59_000; second += 50) {
      const within = copies.map((copy) => parseInt(copy)).filter((ms) => ms >= second && ms < second + 1000);
      assert.ok(within.length <= 4, `${within.length} copies within ${second} ms`);
    }
    assert.equal(times(copies, 'late')[0], 500, 'at once, though repetitions have waited since 100 ms');
    const shares = ['a', 'b', 'c', 'late'].map((text) => times(copies, text).length);
    assert.ok(Math.max(...shares) - Math.min(...shares) <= 2, `shares ${shares.join(', ')}`);
  });

  it('says when an alert was replaced, or ran out, before it could go out', async () => {
    const { clock, copies, repeater } = record({ perSecond: 1, duration: 0 });
    void repeater.submit(alert('first'));
    const replaced = repeater.submit(alert('v1', { actionId: 'x' }));
    const replacing = repeater.submit(alert('v2', { actionId: 'x' }));
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
      policy: DEFAULTS,
      send: ({ repetition }) => Promise.reject(new Error(`copy ${repetition}`)),
      onError: (error) => errors.push(error),
    });
    await assert.rejects(repeater.submit(alert('a', { expires: START + 1 })), /copy 0/);
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
