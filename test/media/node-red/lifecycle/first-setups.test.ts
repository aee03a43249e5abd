import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import { V2xError } from '../../../../nodes/lib/errors';
import { defineNode } from '../../../../nodes/lib/node-red/define-node';
import { announceFirstSetup, FirstSetups } from '../../../../nodes/lib/node-red/lifecycle/first-setups';
import { FakeClock, settle } from '../../../support/fake-clock';
import { probe, startFlow, stopFlow } from '../../../support/flow';

describe('first setups', () => {
  afterEach(stopFlow);

  it('have settled when each one has, also one that comes while others are awaited', async () => {
    const events = new EventEmitter();
    const setups = new FirstSetups(events);
    await setups.allSettled();
    const finish = new Map<string, () => void>();
    const begin = (label: string) => {
      const settled = new Promise<void>((resolve) => finish.set(label, resolve));
      announceFirstSetup(events, { label, settled });
    };
    begin('one');
    begin('two');
    let ready = false;
    const all = setups.allSettled().then(() => (ready = true));
    finish.get('one')?.();
    begin('three');
    await settle();
    assert.deepEqual([ready, setups.unsettled], [false, ['two', 'three']]);
    finish.get('two')?.();
    await settle();
    assert.equal(ready, false);
    finish.get('three')?.();
    await all;
  });

  it('wait for the setup of each node, or for the word that it failed', async () => {
    const clock = new FakeClock();
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let setups: FirstSetups | undefined;
    const slow = defineNode({ type: 'slow', setup: () => finished.then(() => ({})) });
    const failing = defineNode({
      type: 'failing',
      setup(node) {
        node.onClose(() => settle());
        throw new V2xError('directory', 'The disk is not mounted');
      },
    });
    await startFlow(
      [
        (RED, environment) => {
          setups = new FirstSetups(RED.events);
          slow(RED, environment);
        },
        failing,
      ],
      [
        { id: 's', type: 'slow' },
        { id: 'f', type: 'failing' },
      ],
      { environment: { clock } },
    );
    assert.ok(setups);
    await probe('f').error();
    await settle();
    assert.deepEqual(setups.unsettled, ['slow']);
    finish();
    await setups.allSettled();
    assert.deepEqual(probe('f').errors, ['The disk is not mounted']);
  });
});
