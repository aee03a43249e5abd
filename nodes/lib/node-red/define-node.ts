import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock, type Clock } from '../time/clock';
import { guardEditor, serveRoutes, type AdminRoute } from './http/admin';
import { Deploys } from './lifecycle/deploys';
import { FlowNode } from './flow-node';
import type { Message } from './message';
import { migrate, UNCHANGED, type Migrations, type StoredSettings } from './migration';

/** What a node does, besides what it started in `setup`. */
export interface Handlers<Api> {
  /**
   * Takes one message. What it throws is reported once, with the message, so that Catch nodes see it;
   * the message counts as handled when the promise resolves.
   */
  input?(message: Message, send: (...outputs: (Message | null)[]) => void): void | Promise<void>;
  /** What a config node offers to the nodes that use it, see FlowNode.use. */
  api?: Api;
}

interface NodeSpec<Config extends object, Credentials extends object, Api> {
  readonly type: string;
  /** Brings settings of earlier versions to the present one; left out while they have not changed. */
  readonly migrations?: Migrations;
  readonly credentials?: { readonly [Name in keyof Credentials]-?: { readonly type: 'text' | 'password' } };
  /** What its dialog may ask of this machine. */
  readonly routes?: readonly AdminRoute[];
  /**
   * Runs when the node is deployed. Start long-running work with `node.run` and clean up with `node.onClose`.
   * An error thrown here turns the node red and is reported once; the rest of the flow continues, and setup is
   * retried at growing intervals, after cleaning up what the failed attempt started.
   */
  setup(node: FlowNode<Config, Credentials>): Handlers<Api> | Promise<Handlers<Api>>;
  /**
   * Describes what is lost when a message arrives while setup has failed; undefined if the setup error is enough.
   */
  lossOf?: (message: Message) => string | undefined;
}

/** What tests replace. */
export interface Environment {
  readonly clock?: Clock;
  /** A number in [0, 1), as Math.random gives. */
  readonly random?: () => number;
}

/** The function that Node-RED calls with its API when it loads the node's file. */
export type NodeModule = (RED: NodeAPI, environment?: Environment) => void;

/**
 * Makes the module of a node from its type, credentials and handlers. The one place where the package meets
 * Node-RED's node lifecycle: every async failure has one owner here, and everything started is ended on close.
 */
export function defineNode<Config extends object, Credentials extends object = object, Api = undefined>(
  spec: NodeSpec<Config, Credentials, Api>,
): NodeModule {
  return (RED, { clock = systemClock, random = Math.random } = {}) => {
    Deploys.of(RED.events);
    function construct(this: Node<Credentials>, definition: NodeDef & Config): void {
      RED.nodes.createNode(this, definition);
      const stored = definition as unknown as StoredSettings;
      const settings = migrate(stored, spec.migrations ?? UNCHANGED) as typeof definition;
      const flowNode = new FlowNode<Config, Credentials>(RED, this, settings, { clock, random });
      const ready = flowNode.start(() => Promise.resolve(flowNode).then((node) => spec.setup(node)));
      this.on('input', (message, send, done) => {
        const handle = async () => {
          const handlers = await ready();
          await handlers.input?.(message, (...outputs) => {
            send(outputs);
          });
        };
        void flowNode.guardInput(message, handle, done, spec.lossOf);
      });
      // Node-RED tells close handlers apart by their number of parameters: two means (removed, done).
      this.on('close', (_removed: boolean, done: () => void) => void flowNode.close().then(done));
    }
    const options = spec.credentials ? { credentials: spec.credentials } : {};
    RED.nodes.registerType(spec.type, construct, options);
    serveRoutes(RED, spec.routes ?? [], clock);
    guardEditor(RED);
  };
}
