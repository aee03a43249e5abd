import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import { defineNode } from '../../../../nodes/lib/node-red/define-node';
import { V2xError } from '../../../../nodes/lib/errors';
import type { Deliveries } from '../../../../nodes/lib/node-red/lifecycle/deliveries';
import type { Message } from '../../../../nodes/lib/node-red/message';
import { FakeClock, settle } from '../../../support/fake-clock';
import { startFlow, stopFlow } from '../../../support/flow';

const FAILURES = {
  'bad event': () => new V2xError('event', 'not handled'),
  'in use': () => new V2xError('in-use', 'not handled', {}, { retry: 'later' }),
  'disk full': () => Object.assign(new Error('not handled'), { code: 'ENOSPC' }),
  'short of files': () => Object.assign(new Error('not handled'), { code: 'EMFILE' }),
};

/** What the nodes under test do next. */
class Stage {
  readonly events = new EventEmitter();
  readonly done: unknown[] = [];
  readonly unhandled: unknown[] = [];
  readonly held: { message: Message; release: () => void }[] = [];
  deliveries: Deliveries | undefined;
  send: (message: Message) => void = () => undefined;

  follow(payload: unknown): void {
    this.deliveries?.follow({ payload }, this.send, (handled) => {
      this.done.push(payload);
      if (!handled) this.unhandled.push(payload);
      this.events.emit('done');
    });
  }

  async holding(count: number): Promise<void> {
    while (this.held.length < count) await once(this.events, 'held');
  }

  async finished(count: number): Promise<void> {
    while (this.done.length < count) await once(this.events, 'done');
  }
}

/** A source whose messages are followed, and nodes that hold what they get until they are told to pass it on. */
async function startStage(wires: object[], clock = new FakeClock()): Promise<Stage> {
  const stage = new Stage();
  const running = once(stage.events, 'running');
  const source = defineNode({
    type: 'source',
    setup(node) {
      node.runBetweenDeploys((signal) => {
        stage.deliveries = node.deliveries(signal);
        stage.send = (message) => {
          node.send(message);
        };
        stage.events.emit('running');
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
      });
      return {};
    },
  });
  const holder = defineNode({
    type: 'holder',
    setup: () => ({
      async input(message, send) {
        await new Promise<void>((release) => {
          stage.held.push({ message, release });
          stage.events.emit('held');
        });
        send(message);
      },
    }),
  });
  const broken = defineNode({
    type: 'broken',
    setup() {
      throw new V2xError('setting', 'the setup failed');
    },
  });
  const busy = defineNode({
    type: 'busy',
    setup: () => ({
      input({ payload }) {
        throw FAILURES[payload as keyof typeof FAILURES]();
      },
    }),
  });
  await startFlow([source, holder, broken, busy], wires as { id: string; type: string }[], {
    environment: { clock },
  });
  await running;
  return stage;
}

describe('Deliveries', () => {
  afterEach(stopFlow);

  it('waits for all nodes behind, also those behind others', async () => {
    const stage = await startStage([
      { id: 'from', type: 'source', wires: [['one', 'two']] },
      { id: 'one', type: 'holder', wires: [['three']] },
      { id: 'two', type: 'holder', wires: [[]] },
      { id: 'three', type: 'holder', wires: [['end']] },
      { id: 'end', type: 'helper' },
    ]);
    stage.follow('first');
    await stage.holding(2);
    for (const { release } of stage.held.splice(0)) release();
    await stage.holding(1);
    assert.deepEqual(stage.done, []);
    stage.held[0].release();
    await stage.finished(1);
    assert.deepEqual(stage.done, ['first']);
  });

  it('is done at once with what nobody gets, and with nodes that never say so', async () => {
    const nobody = await startStage([{ id: 'from', type: 'source', wires: [[]] }]);
    nobody.follow('alone');
    assert.deepEqual(nobody.done, ['alone']);
    await stopFlow();
    const old = await startStage([
      { id: 'from', type: 'source', wires: [['end']] },
      { id: 'end', type: 'helper' },
    ]);
    old.follow('old');
    await settle();
    assert.equal(old.done.length, 1);
  });

  it('tells messages that a node cannot handle now from bad ones', async () => {
    const stage = await startStage([
      { id: 'from', type: 'source', wires: [['one', 'two']] },
      { id: 'one', type: 'holder', wires: [['three']] },
      { id: 'two', type: 'helper' },
      { id: 'three', type: 'busy', wires: [[]] },
    ]);
    for (const failure of Object.keys(FAILURES)) stage.follow(failure);
    await stage.holding(4);
    for (const { release } of stage.held) release();
    await stage.finished(4);
    assert.deepEqual(stage.unhandled, ['in use', 'disk full', 'short of files']);
    await stopFlow();

    const broken = await startStage([
      { id: 'from', type: 'source', wires: [['one']] },
      { id: 'one', type: 'broken', wires: [[]] },
    ]);
    broken.follow('any');
    await broken.finished(1);
    assert.deepEqual(broken.unhandled, ['any']);
  });

  it('says nothing of what a deploy catches on its way', async () => {
    const stage = await startStage([
      { id: 'from', type: 'source', wires: [['one']] },
      { id: 'one', type: 'holder', wires: [[]] },
    ]);
    stage.follow('caught');
    await stage.holding(1);
    const stopped = stopFlow();
    stage.held[0].release();
    await stopped;
    stage.follow('late');
    await settle();
    assert.deepEqual(stage.done, []);
  });

  it('does not wait for ever', async () => {
    const clock = new FakeClock();
    const stage = await startStage(
      [
        { id: 'from', type: 'source', wires: [['one']] },
        { id: 'one', type: 'holder', wires: [[]] },
      ],
      clock,
    );
    stage.follow('held');
    await stage.holding(1);
    await clock.advance(60);
    assert.deepEqual(stage.done, ['held']);
    stage.held[0].release();
    await settle();
    assert.deepEqual(stage.done, ['held']);
  });
});
