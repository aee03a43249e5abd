import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeMessage, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import { atEnd, type Ending } from './at-end';
import type { Environment, NodeModule } from '../../nodes/lib/node-red/define-node';

const nodeRed = require.resolve('node-red');
helper.init(nodeRed);
const { hooks } = createRequire(nodeRed)('@node-red/util') as Pick<NodeAPI, 'hooks'>;

interface FlowItem {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** What a node did, with the moments to await. */
export interface Probe {
  readonly node: Node;
  readonly statuses: readonly NodeStatus[];
  readonly errors: readonly string[];
  /** Resolves with the first status, past or to come, that fits. */
  status(fits: (status: NodeStatus) => boolean): Promise<NodeStatus>;
  /** Resolves with the next error text that was not taken yet. */
  error(): Promise<string>;
}

/** Messages that reached a `helper` node, one after the other. */
export interface Outlet {
  readonly received: NodeMessage[];
  /** Resolves with the next message that was not taken yet. */
  next(): Promise<NodeMessage>;
}

/**
 * Runs a flow in a real Node-RED runtime (node-red-node-test-helper), stopped after the test.
 * Outlets are nodes of type `helper`.
 */
export async function startFlow(
  modules: readonly NodeModule[],
  flow: readonly FlowItem[],
  options: { environment?: Environment; credentials?: Record<string, Record<string, string>> } = {},
): Promise<void> {
  const bound = modules.map((module) => (RED: NodeAPI) => {
    // The helper leaves out the hooks that real runtimes have.
    module(Object.assign(RED, { hooks }), options.environment);
  });
  // The helper's own types know neither several modules nor credentials together.
  const load = helper.load.bind(helper) as unknown as (
    modules: unknown,
    flow: unknown,
    credentials?: unknown,
  ) => Promise<void>;
  await load(bound, flow, options.credentials ?? {});
}

/** Stops the flow: every node is closed as on a redeploy. */
export async function stopFlow(): Promise<void> {
  await helper.unload();
}

/** One of the helper's spies: it sits on the prototype, so it holds the calls of all nodes. */
interface Spy<Argument> {
  readonly args: readonly (readonly [Argument])[];
  readonly thisValues: readonly unknown[];
}

/** Follows a node's statuses and errors, also those from before this call. */
export function probe(id: string): Probe {
  const node = helper.getNode(id);
  const spies = node as unknown as { status: Spy<NodeStatus>; error: Spy<unknown> };
  const changes = new EventEmitter();
  let taken = 0;
  const callsOf = <Argument>(spy: Spy<Argument>): Argument[] =>
    spy.args.filter((_, index) => spy.thisValues[index] === node).map(([argument]) => argument);
  const statuses = () => callsOf(spies.status);
  const errors = () =>
    callsOf(spies.error).map((error) => (error instanceof Error ? error.message : String(error)));
  for (const call of ['call:status', 'call:error']) {
    (node as EventEmitter).on(call, () => changes.emit('change'));
  }
  return {
    node,
    get statuses() {
      return statuses();
    },
    get errors() {
      return errors();
    },
    async status(fits) {
      for (;;) {
        const found = statuses().find(fits);
        if (found) return found;
        await once(changes, 'change');
      }
    },
    async error() {
      while (errors().length <= taken) await once(changes, 'change');
      return errors()[taken++];
    },
  };
}

/** Collects what reaches a `helper` node; call it right after `startFlow`. */
export function outlet(id: string): Outlet {
  const node = helper.getNode(id);
  const received: NodeMessage[] = [];
  const arrivals = new EventEmitter();
  let taken = 0;
  node.on('input', (message) => {
    received.push(message);
    arrivals.emit('message');
  });
  return {
    received,
    async next() {
      while (received.length <= taken) await once(arrivals, 'message');
      return received[taken++] ?? {};
    },
  };
}

/** A temporary directory, removed when the test ends, after all that is taken apart `atEnd` and was made later. */
export async function temporaryDirectory(context: Ending): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-test-'));
  atEnd(context, () => rm(directory, { recursive: true, force: true }));
  return directory;
}
