import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeMessage, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { Environment, NodeModule } from '../../nodes/lib/node-red/define-node';

helper.init(require.resolve('node-red'));

interface FlowItem {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** What a node did, with the moments to await. */
export interface Probe {
  readonly node: Node;
  readonly statuses: NodeStatus[];
  readonly errors: string[];
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
    module(RED, options.environment);
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

/** Follows a node's statuses and errors; call it right after `startFlow`. */
export function probe(id: string): Probe {
  const node = helper.getNode(id) as unknown as Node & {
    status: { args: [NodeStatus][] };
    error: { args: [unknown][] };
  };
  const changes = new EventEmitter();
  const statuses: NodeStatus[] = [];
  const errors: string[] = [];
  let taken = 0;
  // The helper's spies hold what happened before; its call events tell what comes.
  for (const [status] of node.status.args) statuses.push(status);
  for (const [error] of node.error.args) errors.push(String(error));
  node.on(
    'call:status' as 'input',
    ((call: { args: [NodeStatus] }) => {
      statuses.push(call.args[0]);
      changes.emit('change');
    }) as never,
  );
  node.on(
    'call:error' as 'input',
    ((call: { args: [unknown] }) => {
      errors.push(String(call.args[0]));
      changes.emit('change');
    }) as never,
  );
  return {
    node,
    statuses,
    errors,
    async status(fits) {
      for (;;) {
        const found = statuses.find(fits);
        if (found) return found;
        await once(changes, 'change');
      }
    },
    async error() {
      while (errors.length <= taken) await once(changes, 'change');
      return errors[taken++] ?? '';
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

/** A temporary directory, removed when the test ends. */
export async function temporaryDirectory(context: {
  after: (fn: () => Promise<void>) => void;
}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-test-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
