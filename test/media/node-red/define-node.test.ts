import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import type { NodeStatus } from 'node-red';
import { V2xError } from '../../../nodes/lib/errors';
import { defineNode } from '../../../nodes/lib/node-red/define-node';
import { FakeClock, settle } from '../../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../../support/flow';

const NODE = { id: 'n', type: 'under-test', wires: [['next']] };
const FLOW = [NODE, { id: 'next', type: 'helper' }];
const isRed = (status: NodeStatus) => status.fill === 'red';

describe('defineNode', () => {
  afterEach(stopFlow);

  it('waits for an async setup before it handles messages', async () => {
    let finishSetup = (): void => undefined;
    const setupDone = new Promise<void>((resolve) => (finishSetup = resolve));
    const module = defineNode({
      type: 'under-test',
      async setup() {
        await setupDone;
        return {
          input: (message, send) => {
            send({ payload: `handled ${String(message.payload)}` });
          },
        };
      },
    });
    await startFlow([module], FLOW);
    const next = outlet('next');
    probe('n').node.receive({ payload: 'early' });
    await settle();
    assert.equal(next.received.length, 0);

    finishSetup();

    assert.equal((await next.next()).payload, 'handled early');
  });

  it('brings settings of an earlier version to the present one', async () => {
    const module = defineNode<{ seconds: number }>({
      type: 'under-test',
      migrations: [(settings) => ({ ...settings, seconds: Number(settings.minutes) * 60 })],
      setup: ({ config }) => ({
        input: (_message, send) => {
          send({ payload: config.seconds });
        },
      }),
    });
    await startFlow([module], [{ ...NODE, minutes: 2 }, FLOW[1]]);
    const next = outlet('next');

    probe('n').node.receive({});

    assert.equal((await next.next()).payload, 120);
  });

  it('reports what an async input handler throws exactly once, and turns red', async () => {
    const module = defineNode({
      type: 'under-test',
      setup: () => ({
        async input() {
          await settle();
          throw new V2xError('ffmpeg', 'The thing is broken; repair it');
        },
      }),
    });
    await startFlow([module], FLOW);
    const node = probe('n');

    node.node.receive({ payload: 1 });

    assert.match(await node.error(), /The thing is broken; repair it/);
    await node.status(isRed);
    await settle();
    assert.equal(node.errors.length, 1);
  });

  it('tries a failing task again, reports a repeated error once, a new one again, and its end', async (t) => {
    const clock = new FakeClock();
    const failures = ['no camera', 'no camera', 'no camera', 'no disk'];
    let attempts = 0;
    const said: string[] = [];
    const module = defineNode({
      type: 'under-test',
      setup(node) {
        t.mock.method(node, 'info', (text: string) => said.push(text));
        node.run(async (signal, healthy) => {
          attempts += 1;
          const failure = failures.shift();
          if (failure !== undefined) throw new V2xError('camera', failure);
          healthy();
          node.status.ok('works');
          await once(signal, 'abort');
        });
        return {};
      },
    });
    await startFlow([module], FLOW, { environment: { clock, random: () => 0 } });
    const node = probe('n');

    await clock.advance(60);

    assert.equal(attempts, 5);
    assert.deepEqual(node.errors, ['no camera', 'no disk']);
    assert.deepEqual(said, ['Working again']);
    assert.equal(node.statuses.at(-1)?.fill, 'green');
  });

  it('sets up again when what was missing comes back, and so do the users of a config node', async () => {
    const clock = new FakeClock();
    let present = false;
    const ended: string[] = [];
    const config = defineNode<object, object, string>({
      type: 'config-under-test',
      setup(node) {
        node.onClose(() => void ended.push('config attempt'));
        if (!present) throw new V2xError('directory', 'The disk is not mounted');
        return { api: 'disk' };
      },
    });
    const user = defineNode<{ config: string }>({
      type: 'under-test',
      async setup(node) {
        const disk = await node.use<string>(node.config.config, 'config-under-test');
        return {
          input: (_message, send) => {
            send({ payload: disk });
          },
        };
      },
    });
    await startFlow(
      [config, user],
      [{ id: 'c', type: 'config-under-test' }, { ...NODE, config: 'c' }, FLOW[1]],
      {
        environment: { clock },
      },
    );
    await clock.advance(100);
    assert.deepEqual(probe('c').errors, ['The disk is not mounted']);
    assert.deepEqual(probe('n').errors, []);
    assert.ok(ended.length > 2);

    present = true;
    await clock.advance(61);
    const next = outlet('next');
    probe('n').node.receive({});

    assert.equal((await next.next()).payload, 'disk');
    assert.deepEqual(probe('n').statuses.at(-1), {});
  });

  it('ends tasks first and disposes in reverse order on close', async () => {
    const order: string[] = [];
    const module = defineNode({
      type: 'under-test',
      setup(node) {
        node.onClose(() => void order.push('first'));
        node.onClose(() => {
          order.push('second');
          throw new Error('cannot end');
        });
        node.run(async (signal) => {
          await once(signal, 'abort');
          await settle();
          order.push('task');
        });
        return {};
      },
    });
    await startFlow([module], FLOW);

    await stopFlow();

    assert.deepEqual(order, ['task', 'second', 'first']);
  });

  it('leaves behind what does not end before Node-RED gives up on the node', async () => {
    const clock = new FakeClock();
    const closing = new EventEmitter();
    const module = defineNode({
      type: 'under-test',
      setup(node) {
        node.onClose(() => {
          closing.emit('begun');
          return new Promise<void>(() => undefined);
        });
        return {};
      },
    });
    await startFlow([module], FLOW, { environment: { clock } });
    const begun = once(closing, 'begun');

    const stopped = stopFlow();
    await begun;
    await clock.advance(14);

    await stopped;
  });

  it('hands a config node to its users, whose errors have one owner', async () => {
    const config = defineNode<{ secret: string }, object, string>({
      type: 'config-under-test',
      setup(node) {
        if (node.config.secret === undefined)
          throw new V2xError('no-secret', 'The key has no secret; set one');
        return { api: node.config.secret };
      },
    });
    const user = defineNode<{ config: string }>({
      type: 'under-test',
      async setup(node) {
        const secret = await node.use<string>(node.config.config, 'config-under-test');
        return {
          input: (_message, send) => {
            send({ payload: secret });
          },
        };
      },
    });
    await startFlow(
      [config, user],
      [
        { id: 'good', type: 'config-under-test', secret: 's' },
        { id: 'bad', type: 'config-under-test', secret: '${NOT_SET_ANYWHERE}' },
        { id: 'n', type: 'under-test', config: 'good', wires: [['next']] },
        { id: 'm', type: 'under-test', config: 'bad', wires: [[]] },
        { id: 'o', type: 'under-test', wires: [[]] },
        { id: 'next', type: 'helper' },
      ],
    );
    const next = outlet('next');
    probe('n').node.receive({});

    assert.equal((await next.next()).payload, 's');
    assert.match(await probe('bad').error(), /The key has no secret; set one/);
    await probe('m').status(isRed);
    assert.deepEqual(probe('m').errors, []);
    assert.match(await probe('o').error(), /choose a config-under-test/);
  });
});
