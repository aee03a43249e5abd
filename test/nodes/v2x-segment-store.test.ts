import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { defineNode } from '../../nodes/lib/node-red/define-node';
import type { Ring } from '../../nodes/lib/recording/ring';
import v2xSegmentStore from '../../nodes/v2x-segment-store/v2x-segment-store';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';

/** Sends the ring that the store offers. */
const reader = defineNode<{ store: string }>({
  type: 'reader',
  async setup(node) {
    const ring = await node.use<Ring>(node.config.store, 'v2x-segment-store');
    return {
      input: (_message, send) => {
        send({ payload: ring.directory, segments: ring.segments.length, seconds: ring.segmentSeconds });
      },
    };
  },
});

const flow = (store: object) => [
  { id: 'store', type: 'v2x-segment-store', ...store },
  { id: 'user', type: 'reader', store: 'store', wires: [['out']] },
  { id: 'out', type: 'helper' },
];

describe('v2x-segment-store', () => {
  afterEach(stopFlow);

  it('offers the ring of its directory, with what is there already', async (t) => {
    const directory = await temporaryDirectory(t);
    for (const second of [1_700_000_000, 1_700_000_010]) {
      await writeFile(join(directory, `seg_${second}.mp4`), 'recorded by another program');
    }
    await startFlow([v2xSegmentStore, reader], flow({ directory, segmentSeconds: '5' }));
    const out = outlet('out');
    probe('user').node.receive({});

    const message = await out.next();

    assert.equal(message.payload, directory);
    assert.equal(message.seconds, 5);
    assert.ok(Number(message.segments) >= 1);
  });

  it('names a setting out of its range', async (t) => {
    const directory = await temporaryDirectory(t);
    await startFlow([v2xSegmentStore, reader], flow({ directory, retentionHours: -1 }));
    assert.match(await probe('store').error(), /"retentionHours" is -1; it must be a number from 0/);
  });

  it('names the directory that it cannot use', async (t) => {
    const file = join(await temporaryDirectory(t), 'file');
    await writeFile(file, '');
    await startFlow([v2xSegmentStore, reader], flow({ directory: file }));
    assert.match(await probe('store').error(), /recording directory .*file cannot be used by user/);
    await probe('user').status(({ fill }) => fill === 'red');
  });
});
