import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { defineNode } from '../../nodes/lib/node-red/define-node';
import type { Ring } from '../../nodes/lib/recording/ring/ring';
import v2xSegmentStore from '../../nodes/v2x-segment-store/v2x-segment-store';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';

/** Tells what the store offers. */
const user = defineNode<{ store: string }>({
  type: 'user',
  async setup(node) {
    const ring = await node.use<Ring>(node.config.store, 'v2x-segment-store');
    node.send({ payload: ring });
    return {};
  },
});

async function startStore(store: object): Promise<void> {
  const flow = [
    { id: 'next', type: 'helper' },
    { id: 'store', type: 'v2x-segment-store', ...store },
    { id: 'reader', type: 'user', store: 'store', wires: [['next']] },
  ];
  await startFlow([v2xSegmentStore, user], flow);
}

describe('v2x-segment-store', () => {
  afterEach(stopFlow);

  it('offers the ring of its directory, which it creates', async (t) => {
    const directory = join(await temporaryDirectory(t), 'new', 'rec');
    await startStore({ directory, segmentSeconds: '5' });
    const ring = (await outlet('next').next()).payload as Ring;
    assert.deepEqual([ring.directory, ring.segmentSeconds], [directory, 5]);
    assert.deepEqual(await ring.window(0, Infinity), []);
  });

  it('says which setting is wrong', async (t) => {
    await startStore({ directory: await temporaryDirectory(t), retentionHours: 'for ever' });
    assert.match(await probe('store').error(), /"retentionHours" is "for ever"/);
  });
});
