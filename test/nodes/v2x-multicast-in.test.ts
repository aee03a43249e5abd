import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, it, type TestContext } from 'node:test';
import type { MulticastGroup } from '../../nodes/lib/multicast/group';
import { MulticastSender } from '../../nodes/lib/multicast/sender';
import multicastGroup from '../../nodes/v2x-multicast-group/v2x-multicast-group';
import multicastIn from '../../nodes/v2x-multicast-in/v2x-multicast-in';
import { atEnd } from '../support/at-end';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';
import { testGroup } from '../support/network/multicast';

const clock = new FakeClock();

async function receive(group: MulticastGroup, config: object = {}) {
  await startFlow(
    [multicastGroup, multicastIn],
    [
      {
        id: 'group',
        type: 'v2x-multicast-group',
        group: group.address,
        port: group.port,
        interfaces: group.interfaces.join(','),
      },
      { id: 'in', type: 'v2x-multicast-in', group: 'group', ...config, wires: [['next']] },
      { id: 'next', type: 'helper' },
    ],
    { environment: { clock } },
  );
  const node = probe('in');
  return { node, next: outlet('next'), listening: node.status(({ fill }) => fill === 'green') };
}

async function senderTo(t: TestContext, group: MulticastGroup): Promise<MulticastSender> {
  const sender = new MulticastSender({ ...group, interfaces: ['lo'] }, { clock });
  atEnd(t, () => {
    sender.close();
  });
  await sender.open();
  return sender;
}

describe('v2x-multicast-in', () => {
  afterEach(stopFlow);

  it('sends each datagram on with its sender, interface and time', async (t) => {
    const group = await testGroup();
    const { next, listening } = await receive(group);
    await listening;

    await (await senderTo(t, group)).send(Buffer.from('hello'));
    const { payload, datagram } = (await next.next()) as {
      payload: Buffer;
      datagram: Record<string, unknown>;
    };

    assert.ok(Buffer.isBuffer(payload));
    assert.equal(payload.toString(), 'hello');
    const { from, ...rest } = datagram;
    assert.equal((from as { address: string }).address, '127.0.0.1');
    assert.deepEqual(rest, { interface: 'lo', received: clock.now(), bytes: 5 });
  });

  it('drops datagrams above the limit with few warnings', async (t) => {
    const group = await testGroup();
    const { node, next, listening } = await receive(group, { limit: '8' });
    const warnings = (node.node as unknown as { warn: { args: string[][] } }).warn;
    await listening;

    const sender = await senderTo(t, group);
    for (let count = 0; count < 12; count += 1) await sender.send(Buffer.alloc(9));
    await sender.send(Buffer.alloc(8));

    assert.equal(((await next.next()).payload as Buffer).length, 8);
    assert.equal(warnings.args.length, 2, 'the first and the tenth');
  });

  it('is red and reports once while an interface is missing, and receives on the others', async (t) => {
    const group = await testGroup({ interfaces: ['v2x-none', 'lo'] });
    const { node, next } = await receive(group);
    assert.match(await node.error(), /No interface "v2x-none".*lo \(127\.0\.0\.1/);

    await (await senderTo(t, group)).send(Buffer.from('hello'));
    await next.next();
    await clock.advance(20);

    assert.equal(node.errors.length, 1);
    assert.equal(node.statuses.at(-1)?.fill, 'red');
  });

  it('waits for a port that is taken', async (t) => {
    const group = await testGroup();
    const holder = createSocket('udp4');
    holder.bind(group.port, group.address);
    await once(holder, 'listening');
    const { node, next, listening } = await receive(group);
    assert.match(await node.error(), /Cannot receive on UDP .*: bind EADDRINUSE/);

    holder.close();
    await clock.advance(60);
    await listening;
    await (await senderTo(t, group)).send(Buffer.from('hello'));
    await next.next();
    assert.equal(node.errors.length, 1);
  });

  it('asks for a group', async () => {
    await startFlow([multicastIn], [{ id: 'in', type: 'v2x-multicast-in', group: '' }]);
    assert.match(await probe('in').error(), /choose a v2x-multicast-group/);
  });
});
