import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { MulticastGroup } from '../../nodes/lib/multicast/group';
import { defineNode } from '../../nodes/lib/node-red/define-node';
import multicastGroup from '../../nodes/v2x-multicast-group/v2x-multicast-group';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

/** Shows what the config node offers to its users. */
const user = defineNode<{ group: string }>({
  type: 'user',
  async setup(node) {
    const group = await node.use<MulticastGroup>(node.config.group, 'v2x-multicast-group');
    return {
      input(_message, send) {
        send({ payload: group });
      },
    };
  },
});

async function settingsOf(config: Record<string, unknown>): Promise<unknown> {
  await startFlow(
    [multicastGroup, user],
    [
      { id: 'group', type: 'v2x-multicast-group', ...config },
      { id: 'any', type: 'user', group: 'group', wires: [['next']] },
      { id: 'next', type: 'helper' },
    ],
  );
  const next = outlet('next');
  probe('any').node.receive({});
  return (await next.next()).payload;
}

describe('v2x-multicast-group', () => {
  afterEach(stopFlow);

  it('offers its settings, as strings or from the environment too', async () => {
    const config = {
      group: ' 239.255.1.2 ',
      port: '4000',
      interfaces: 'eth0, wlan0',
      hops: '2',
      loopback: 'false',
    };
    assert.deepEqual(await settingsOf(config), {
      address: '239.255.1.2',
      family: 'IPv4',
      port: 4000,
      interfaces: ['eth0', 'wlan0'],
      hops: 2,
      loopback: false,
    });
  });

  it('has defaults for what is not set', async () => {
    assert.deepEqual(
      await settingsOf({ group: '${V2X_TEST_UNSET}', port: '${V2X_TEST_UNSET}', interfaces: '' }),
      {
        address: '239.255.42.99',
        family: 'IPv4',
        port: 37020,
        interfaces: ['lo'],
        hops: 1,
        loopback: true,
      },
    );
  });

  it('refuses a group that is no multicast address, once', async () => {
    await startFlow(
      [multicastGroup, user],
      [
        { id: 'group', type: 'v2x-multicast-group', group: '192.0.2.1' },
        { id: 'any', type: 'user', group: 'group', wires: [] },
      ],
    );
    const group = probe('group');
    const nodes = [group, probe('any')];
    assert.match(await group.error(), /multicast group is "192\.0\.2\.1"/);
    await nodes[1].status((status) => status.fill === 'red');
    assert.deepEqual(
      nodes.map(({ errors }) => errors.length),
      [1, 0],
    );
  });
});
