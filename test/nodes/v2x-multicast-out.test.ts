import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import type { MulticastGroup } from '../../nodes/lib/multicast/group';
import { receiveMulticast } from '../../nodes/lib/multicast/receiver';
import type { SendReport } from '../../nodes/lib/multicast/sender';
import multicastGroup from '../../nodes/v2x-multicast-group/v2x-multicast-group';
import multicastOut from '../../nodes/v2x-multicast-out/v2x-multicast-out';
import { atEnd } from '../support/at-end';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';
import { testGroup } from '../support/network/multicast';

async function sendTo(group: MulticastGroup, clock: FakeClock, config: object = {}) {
  await startFlow(
    [multicastGroup, multicastOut],
    [
      {
        id: 'group',
        type: 'v2x-multicast-group',
        group: group.address,
        port: group.port,
        interfaces: group.interfaces.join(','),
      },
      { id: 'out', type: 'v2x-multicast-out', group: 'group', ...config, wires: [['next']] },
      { id: 'next', type: 'helper' },
    ],
    { environment: { clock } },
  );
  return { out: probe('out'), next: outlet('next') };
}

/** Collects what comes over the wire, until the test ends. */
async function wire(t: TestContext, group: MulticastGroup, clock: FakeClock) {
  const stop = new AbortController();
  const events = new EventEmitter();
  const received: string[] = [];
  const ready = once(events, 'ready');
  const options = {
    clock,
    maxBytes: 1400,
    onReady: () => events.emit('ready'),
    onDatagram: (datagram: Buffer) => {
      received.push(datagram.toString());
      events.emit('datagram');
    },
  };
  const done = receiveMulticast({ ...group, interfaces: ['lo'] }, options, stop.signal);
  atEnd(t, async () => {
    stop.abort();
    await done;
  });
  await ready;
  return {
    received,
    first: async (count: number): Promise<readonly string[]> => {
      while (received.length < count) await once(events, 'datagram');
      return received;
    },
  };
}

const alert = (actionId: string, clock: FakeClock) => ({
  actionId,
  version: 'new',
  referenceTime: clock.now(),
  expires: clock.now() + 600,
});

describe('v2x-multicast-out', () => {
  beforeEach(async (t) => {
    process.env.V2X_DATA = await temporaryDirectory(t as TestContext);
  });
  afterEach(stopFlow);

  it('sends a string or a Buffer once, and passes the message on with the report', async (t) => {
    const clock = new FakeClock();
    const group = await testGroup();
    const { received, first } = await wire(t, group, clock);
    const { out, next } = await sendTo(group, clock);

    out.node.receive({ payload: 'hello', event: { id: 'e1' } });
    const message = await next.next();
    assert.deepEqual(message.event, { id: 'e1' });
    assert.deepEqual(message.payload, {
      bytes: 5,
      repetition: 0,
      sent: clock.now(),
      interfaces: [{ name: 'lo', address: '127.0.0.1', ok: true }],
    });
    await clock.advance(60);
    out.node.receive({ payload: Buffer.from('bytes') });
    await next.next();

    assert.deepEqual(await first(2), ['hello', 'bytes']);
    assert.equal(received.length, 2);
  });

  it('repeats an alert with one report, replaces it by its cancel, and repeats that', async (t) => {
    const clock = new FakeClock();
    const group = await testGroup();
    const { first } = await wire(t, group, clock);
    const { out, next } = await sendTo(group, clock, { duration: '0.4' });

    out.node.receive({ payload: 'alert', alert: alert('1001:1', clock) });
    await next.next();
    await clock.advance(0.15);
    out.node.receive({ payload: 'cancel', alert: { ...alert('1001:1', clock), version: 'cancel' } });
    await next.next();
    assert.equal(out.statuses.at(-1)?.fill, 'blue', 'busy while it repeats');
    // "Repeat for" ends warnings; a cancel is repeated as long as it is valid.
    await clock.advance(600);

    const [one, two, ...rest] = await first(100);
    assert.deepEqual([one, two], ['alert', 'alert']);
    assert.deepEqual(new Set(rest), new Set(['cancel']));
    assert.equal(next.received.length, 2);
    assert.equal(out.statuses.at(-1)?.fill, 'green');
  });

  it('reports repetitions when asked to', async () => {
    const clock = new FakeClock();
    const { out, next } = await sendTo(await testGroup(), clock, { duration: 0.2, reportRepetitions: true });
    out.node.receive({ payload: 'alert', alert: alert('1001:1', clock) });
    await next.next();
    await clock.advance(60);
    const repetitions = [await next.next(), await next.next()].map(
      ({ payload }) => (payload as { repetition: number }).repetition,
    );
    assert.deepEqual(repetitions, [1, 2]);
  });

  it('goes on without a missing interface: red, one error, and its place in the report', async (t) => {
    const clock = new FakeClock();
    const group = await testGroup({ interfaces: ['v2x-none', 'lo'] });
    const { first } = await wire(t, group, clock);
    const { out, next } = await sendTo(group, clock);
    assert.match(await out.error(), /No interface "v2x-none"/);

    out.node.receive({ payload: 'hello' });
    const { interfaces } = (await next.next()).payload as SendReport;

    assert.deepEqual(await first(1), ['hello']);
    assert.deepEqual(
      interfaces.map(({ name, ok }) => [name, ok]),
      [
        ['v2x-none', false],
        ['lo', true],
      ],
    );
    await clock.advance(20);
    assert.equal(out.errors.length, 1);
    assert.equal(out.statuses.at(-1)?.fill, 'red');
  });

  it('says so when an alert reaches no interface at all', async () => {
    const { out, next } = await sendTo(await testGroup({ interfaces: ['v2x-none'] }), new FakeClock());
    assert.match(await out.error(), /No interface "v2x-none"/);

    out.node.receive({ payload: 'token', alert: { actionId: '1001:7' } });

    const { interfaces } = (await next.next()).payload as SendReport;
    assert.deepEqual(
      interfaces.map(({ ok }) => ok),
      [false],
    );
    assert.match(await out.error(), /Alert 1001:7 went out on no interface: .*v2x-none/);
    assert.equal(out.statuses.at(-1)?.fill, 'red');
  });

  it('repeats an alert until its validity ends, also after a restart', async (t) => {
    const clock = new FakeClock();
    const group = await testGroup();
    const before = await sendTo(group, clock);
    before.out.node.receive({ payload: 'stands', alert: alert('1001:1', clock) });
    before.out.node.receive({
      payload: 'ends',
      alert: { ...alert('1001:2', clock), expires: clock.now() + 60 },
    });
    await before.next.next();
    await before.next.next();
    await stopFlow();

    await clock.advance(300);
    const { received, first } = await wire(t, group, clock);
    const { out, next } = await sendTo(group, clock);
    await out.status(({ fill }) => fill === 'blue');
    await clock.advance(3);
    assert.deepEqual(await first(3), ['stands', 'stands', 'stands'], 'once a second');
    await clock.advance(290);
    await first(290);
    await clock.advance(600);

    assert.ok(received.length <= 300, `${received.length} copies`);
    assert.equal(next.received.length, 0, 'no message of this run brought it');
  });

  it('goes on for what is left of its duration after a restart', async (t) => {
    const clock = new FakeClock();
    const group = await testGroup();
    const before = await sendTo(group, clock, { duration: 10 });
    before.out.node.receive({ payload: 'alert', alert: alert('1001:1', clock) });
    await before.next.next();
    await stopFlow();

    await clock.advance(6.5);
    const { received, first } = await wire(t, group, clock);
    const { out } = await sendTo(group, clock, { duration: 10 });
    await out.status(({ fill }) => fill === 'blue');
    await clock.advance(60);

    await first(3);
    assert.ok(received.length <= 4, `${received.length} copies`);
  });

  it('sends without a state directory, and says what that costs', async () => {
    const clock = new FakeClock();
    await writeFile(join(String(process.env.V2X_DATA), 'state'), '');
    const { out, next } = await sendTo(await testGroup(), clock);
    assert.match(await out.error(), /state directory .* cannot be used/);

    out.node.receive({ payload: 'alert', alert: alert('1001:1', clock) });
    await next.next();
    assert.match(await out.error(), /cannot be written to .*ENOTDIR.*a restart would end them/);
  });

  it('refuses what it cannot send', async () => {
    const clock = new FakeClock();
    const { out, next } = await sendTo(await testGroup(), clock);
    const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
      [{ payload: { type: 'fire' } }, /object; it must be a string or a Buffer/],
      [{ payload: null }, /null; it must be/],
      [{ payload: 'x'.repeat(1401) }, /1401 bytes; it must have 1 to 1400/],
      [{ payload: '' }, /0 bytes/],
      [{ payload: 'x', alert: { actionId: 7 } }, /msg\.alert\.actionId must be a text/],
      [{ payload: 'x', alert: { actionId: '1:1', expires: clock.now() } }, /no longer valid/],
    ];
    for (const [message, error] of cases) {
      out.node.receive(message);
      assert.match(await out.error(), error);
    }
    assert.equal(next.received.length, 0);
  });
});
