import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import type { V2xError } from '../../../nodes/lib/errors';
import type { InterfaceOptions } from '../../../nodes/lib/multicast/bindings';
import type { MulticastGroup } from '../../../nodes/lib/multicast/group';
import {
  receiveMulticast,
  type DatagramInfo,
  type ReceiverOptions,
} from '../../../nodes/lib/multicast/receiver';
import { MulticastSender } from '../../../nodes/lib/multicast/sender';
import { atEnd } from '../../support/at-end';
import { FakeClock } from '../../support/fake-clock';
import { interfaceTable } from '../../support/network/interfaces';
import { testGroup } from '../../support/network/multicast';

const clock = new FakeClock();
const loopback = interfaceTable({ lo: ['127.0.0.1/8'] });

async function openSender(t: TestContext, group: MulticastGroup, options: Partial<InterfaceOptions> = {}) {
  const sender = new MulticastSender(group, { clock, ...options });
  atEnd(t, () => {
    sender.close();
  });
  await sender.open();
  return sender;
}

interface Received {
  readonly datagram: Buffer;
  readonly info: DatagramInfo;
}

/** Receives until the test ends; resolves once it listens. */
async function listen(t: TestContext, group: MulticastGroup, options: Partial<ReceiverOptions> = {}) {
  const stop = new AbortController();
  const arrivals = new EventEmitter<{ datagram: [Received]; ready: [readonly string[]] }>();
  const ready = once(arrivals, 'ready');
  const done = receiveMulticast(
    group,
    {
      clock,
      maxBytes: 1400,
      onDatagram: (datagram, info) => arrivals.emit('datagram', { datagram, info }),
      onReady: (joined) => arrivals.emit('ready', joined),
      ...options,
    },
    stop.signal,
  );
  atEnd(t, async () => {
    stop.abort();
    await done;
  });
  await Promise.race([ready, done]);
  return {
    next: async (): Promise<Received> => (await once(arrivals, 'datagram'))[0] as Received,
  };
}

describe('multicast', () => {
  it('carries a datagram to every receiver on the machine, with its sender and time', async (t) => {
    const group = await testGroup();
    const receivers = [await listen(t, group), await listen(t, group)];
    const sender = await openSender(t, group);

    const arrivals = receivers.map((receiver) => receiver.next());
    const report = await sender.send(Buffer.from('hello'));

    assert.deepEqual(report, {
      bytes: 5,
      sent: clock.now(),
      interfaces: [{ name: 'lo', address: '127.0.0.1', ok: true }],
    });
    for (const { datagram, info } of await Promise.all(arrivals)) {
      assert.equal(datagram.toString(), 'hello');
      assert.equal(info.from.address, '127.0.0.1');
      assert.deepEqual([info.interface, info.received, info.bytes], ['lo', clock.now(), 5]);
    }
  });

  it('takes nothing that was not sent to the group', async (t) => {
    const group = await testGroup();
    const receiver = await listen(t, group);
    const sender = await openSender(t, group);
    const stranger = createSocket('udp4');
    atEnd(t, () => {
      stranger.close();
    });

    const arrival = receiver.next();
    await new Promise((resolve) => {
      stranger.send('unicast', group.port, '127.0.0.1', resolve);
    });
    await sender.send(Buffer.from('multicast'));

    assert.equal((await arrival).datagram.toString(), 'multicast');
  });

  it('drops what is larger than the bound, and says so', async (t) => {
    const group = await testGroup();
    const oversized: number[] = [];
    const receiver = await listen(t, group, {
      maxBytes: 10,
      onOversized: ({ bytes }) => oversized.push(bytes),
    });
    const sender = await openSender(t, group);

    const arrival = receiver.next();
    await sender.send(Buffer.alloc(11));
    await sender.send(Buffer.alloc(10));

    assert.equal((await arrival).info.bytes, 10);
    assert.deepEqual(oversized, [11]);
  });

  it('refuses to send what does not fit a frame', async (t) => {
    const sender = await openSender(t, await testGroup());
    await assert.rejects(sender.send(Buffer.alloc(1401)), { code: 'size', message: /1401 bytes/ });
    await assert.rejects(sender.send(Buffer.alloc(0)), { code: 'size' });
  });

  it('goes on without an interface that is missing, tells once, and takes it when it comes', async (t) => {
    const faults: V2xError[] = [];
    const recovered: [string, boolean][] = [];
    let table = loopback;
    const group = await testGroup({ interfaces: ['lo', 'eth7'] });
    const time = new FakeClock();
    const sender = await openSender(t, group, {
      clock: time,
      networkInterfaces: () => table,
      onFault: (error) => faults.push(error),
      onRecovery: (...recovery) => recovered.push(recovery),
    });
    await time.advance(20);
    const before = await sender.send(Buffer.from('1'));
    assert.deepEqual(
      before.interfaces.map(({ name, ok }) => [name, ok]),
      [
        ['lo', true],
        ['eth7', false],
      ],
    );
    assert.match(before.interfaces[1].error ?? '', /No interface "eth7".*lo \(127\.0\.0\.1\)/);
    assert.equal(faults.length, 1);

    // Every address in 127.0.0.0/8 is this machine's.
    table = interfaceTable({ lo: ['127.0.0.1/8'], eth7: ['127.0.0.7/8'] });
    await time.advance(5);

    const after = await sender.send(Buffer.from('2'));
    assert.deepEqual(after.interfaces[1], { name: 'eth7', address: '127.0.0.7', ok: true });
    assert.deepEqual(recovered, [['eth7', true]]);
  });

  it('keeps sending while the system cannot list its interfaces', async (t) => {
    const faults: string[] = [];
    let recoveries = 0;
    let readable = true;
    const time = new FakeClock();
    const sender = await openSender(t, await testGroup(), {
      clock: time,
      networkInterfaces: () => {
        if (readable) return loopback;
        throw new Error('EMFILE');
      },
      onFault: ({ message }) => faults.push(message),
      onRecovery: () => (recoveries += 1),
    });
    readable = false;
    await time.advance(20);
    assert.equal((await sender.send(Buffer.from('x'))).interfaces[0].ok, true);
    await time.advance(20);
    assert.equal(recoveries, 0);
    readable = true;
    await time.advance(5);
    assert.deepEqual(faults, ['The network interfaces cannot be read: EMFILE']);
    assert.equal(recoveries, 1);
  });

  it('tells what the system says against an interface', async (t) => {
    const faults: V2xError[] = [];
    const group = await testGroup({ interfaces: ['gone'] });
    const networkInterfaces = () => interfaceTable({ gone: ['198.51.100.9/24'] });
    const sender = await openSender(t, group, { networkInterfaces, onFault: (error) => faults.push(error) });

    const report = await sender.send(Buffer.from('x'));

    assert.equal(faults[0].code, 'interface');
    assert.match(faults[0].message, /gone \(198\.51\.100\.9\).*EADDRNOTAVAIL/);
    assert.deepEqual(report.interfaces, [{ name: 'gone', address: '', ok: false, error: faults[0].message }]);
  });

  it('joins an interface that comes later, and keeps receiving when it joins again', async (t) => {
    const time = new FakeClock();
    const faults: V2xError[] = [];
    let table = interfaceTable({});
    const group = await testGroup();
    const receiver = await listen(t, group, {
      clock: time,
      networkInterfaces: () => table,
      onFault: (error) => faults.push(error),
      rejoinEvery: 60,
    });
    const sender = await openSender(t, group);
    assert.match(faults[0].message, /no interface is up/);

    table = loopback;
    for (const seconds of [5, 60]) {
      await time.advance(seconds);
      const arrival = receiver.next();
      await sender.send(Buffer.from('x'));
      assert.equal((await arrival).info.received, time.now());
    }
    assert.equal(faults.length, 1);
  });

  it('names a port that is taken', async (t) => {
    const group = await testGroup();
    const holder = createSocket('udp4');
    atEnd(t, () => {
      holder.close();
    });
    holder.bind(group.port, group.address);
    await once(holder, 'listening');

    const options: ReceiverOptions = { clock, maxBytes: 1400, onDatagram: () => assert.fail() };
    await assert.rejects(receiveMulticast(group, options, new AbortController().signal), {
      code: 'port',
      message: /EADDRINUSE.*ss -ulpn/,
    });
  });
});
