import type { Node, NodeAPI, NodeDef } from 'node-red';
import { backoffDelay, DEFAULT_BACKOFF, type BackoffPolicy } from '../time/backoff';
import { sleep, type Clock } from '../time/clock';
import { mayWorkLater, messageOf, V2xError } from '../errors';
import { Deliveries, markUnhandled } from './lifecycle/deliveries';
import { Deploys } from './lifecycle/deploys';
import { announceFirstSetup } from './lifecycle/first-setups';
import type { Message } from './message';
import { dataPath } from './data-path';
import { withoutUnset } from './settings';
import { NodeStatus, type Values } from './status';

/** Node-RED gives a node 15 s to close; what is not done by then is left behind with a warning. */
const CLOSE_SECONDS = 14;

/**
 * Work that continues until it is stopped: record a camera, watch a directory, keep a socket open.
 * It returns when `signal` is aborted, throws when it cannot go on, and calls `healthy` once it works.
 */
type Task = (signal: AbortSignal, healthy: () => void) => Promise<void>;

type Dispose = () => void | Promise<void>;

/** Errors that have already been reported: each error is reported once, by its owner. */
const reported = new WeakSet<Error>();
/** What each config node of this package offers, found by its Node-RED node. */
const offered = new WeakMap<object, Promise<unknown>>();

/**
 * What a deployed config node offers.
 * @returns undefined when there is no such node, or it offers nothing
 * @throws the config node's own error when it does not work
 */
export async function offeredBy<Api>(RED: NodeAPI, id: string | undefined): Promise<Api | undefined> {
  const configNode = id === undefined ? null : (RED.nodes.getNode(id) as Node | null);
  return configNode ? ((await offered.get(configNode)) as Api | undefined) : undefined;
}

/** One node of a flow, as the nodes of this package see it; made by `defineNode` only. */
export class FlowNode<Config extends object = object, Credentials extends object = object> {
  readonly id: string;
  readonly type: string;
  /** The node's name in the editor, or its type. */
  readonly label: string;
  /** Settings without empty ones and without references to environment variables that are not set. */
  readonly config: Partial<Config>;
  readonly credentials: Partial<Credentials>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly status: NodeStatus;
  /** Whether anything that Node-RED logs to takes lines at debug level. */
  readonly logsDebug: boolean;

  private readonly deploys: Deploys;
  /** Texts of the catalogue as they were looked up. */
  private readonly templates = new Map<string, string>();
  private readonly closing = new AbortController();
  /** What one attempt at the setup began ends with it. */
  private scope = new AbortController();
  private settingUp: Promise<void> = Promise.resolve();
  private disposals: Dispose[] = [];
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node<Credentials>,
    definition: NodeDef & Config,
    environment: { readonly clock: Clock; readonly random: () => number },
  ) {
    this.id = node.id;
    this.type = node.type;
    this.label = node.name === undefined || node.name === '' ? node.type : node.name;
    this.config = withoutUnset<Config>(definition);
    // Without stored credentials Node-RED leaves the property undefined, whatever its type says.
    this.credentials = withoutUnset((node.credentials as Credentials | undefined) ?? {});
    this.deploys = Deploys.of(RED.events);
    this.logsDebug = takesDebug(RED.settings);
    this.clock = environment.clock;
    this.random = environment.random;
    this.status = new NodeStatus(node, (key, values) => this.text(key, values));
  }

  /** Aborted when the node closes. */
  get signal(): AbortSignal {
    return this.scope.signal;
  }

  /** A text of the node's catalogue (`locales/<language>/<type>.json`), by its key below the type. */
  text(key: string, values: Values = {}): string {
    return this.template(key, Object.keys(values)).replaceAll(/__(\w+?)__/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
  }

  /**
   * A text with its placeholders still in it, looked up once: a lookup takes so long that a status at each step would
   * be the slowest part of a warning's way.
   */
  private template(key: string, names: readonly string[]): string {
    const full = `${this.type}.${key}`;
    const id = [full, ...names].join(' ');
    let template = this.templates.get(id);
    if (template === undefined) {
      const text: unknown = this.RED._(full, Object.fromEntries(names.map((name) => [name, `__${name}__`])));
      template = typeof text === 'string' ? text : full;
      this.templates.set(id, template);
    }
    return template;
  }

  /** Where a directory setting points, see `dataPath`. */
  dataPath(directory: string): string {
    return dataPath(directory, this.RED.settings.userDir);
  }

  /** A setting that may point to messages or context, `msg.pre`, `flow.pre`, `global.pre`; others stand for themselves. */
  valueOf(setting: unknown, message: Message): unknown {
    const found = typeof setting === 'string' ? /^(msg|flow|global)\.(.+)$/.exec(setting) : undefined;
    const [, type, path] = found ?? [];
    if (type === undefined || path === undefined) return setting;
    return this.RED.util.evaluateNodeProperty(path, type, this.node, message);
  }

  /** Sends one entry per output; null sends nothing there. */
  send(...outputs: (Message | null)[]): void {
    this.node.send(outputs);
  }

  debug(text: string): void {
    this.node.debug(text);
  }

  info(text: string): void {
    this.node.log(text);
  }

  warn(text: string): void {
    this.node.warn(text);
  }

  /** Tells the user about an error, unless its owner already did, and turns the status red. */
  report(error: unknown, message: Message = {}): void {
    const known = isReported(error);
    this.acknowledge(error);
    if (!known) this.node.error(messageOf(error), message);
  }

  /**
   * What the config node offers that a setting points to.
   * @param id the setting's value
   * @param type the config node's type, for the message
   * @throws V2xError `setting` when none is chosen; the config node's own error when it does not work
   */
  async use<Api>(id: string | undefined, type: string): Promise<Api> {
    const api = await offeredBy<Api>(this.RED, id);
    if (api !== undefined) return api;
    throw new V2xError('setting', `${this.type}: choose a ${type} in the node's settings`, { type });
  }

  /** Ends something when the node closes; the last one registered goes first. */
  onClose(dispose: Dispose): void {
    this.disposals.push(dispose);
  }

  /**
   * Keeps a task going until the node closes. When it fails the error is reported once (not again while it
   * repeats), the status turns red, and it is tried again with growing pauses: it mends itself when the cause goes
   * away, and the log says so.
   * @returns what ends the task before that, and resolves when it has ended
   */
  run(task: Task, policy: BackoffPolicy = DEFAULT_BACKOFF): () => Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.signal, stop.signal]);
    const done = this.keepGoing(task, signal, policy).finally(() => this.running.delete(done));
    this.running.add(done);
    return async () => {
      stop.abort();
      await done;
    };
  }

  /**
   * Keeps a task going like `run`, but only while all flows run: it ends when a deploy begins, whichever nodes that
   * stops, and starts again after it.
   */
  runBetweenDeploys(task: Task): void {
    this.run(async (signal, healthy) => {
      while (!signal.aborted) {
        const period = await this.deploys.started(signal);
        if (!period.aborted) await task(period, healthy);
      }
    });
  }

  /** Follows messages that this node sends, until the signal is aborted. */
  deliveries(signal: AbortSignal): Deliveries {
    return new Deliveries(this.RED.hooks, this.clock, signal);
  }

  /** @param tried called after each try; an error has been reported then */
  private async keepGoing(
    task: Task,
    signal: AbortSignal,
    policy: BackoffPolicy,
    tried: () => void = () => undefined,
  ): Promise<void> {
    let failures = 0;
    let lastMessage = '';
    const ending = () => signal.aborted;
    const healthy = () => {
      if (failures > 0 && !ending()) this.info('Working again');
      failures = 0;
      lastMessage = '';
    };
    while (!ending()) {
      try {
        await task(signal, healthy);
        healthy();
        return;
      } catch (error) {
        if (ending()) return;
        failures += 1;
        if (messageOf(error) === lastMessage) this.acknowledge(error);
        else this.report(error);
        lastMessage = messageOf(error);
      } finally {
        tried();
      }
      await sleep(this.clock, backoffDelay(policy, failures, this.random()), signal);
    }
  }

  /** Shows an error that needs no further word, here or by others who get to see it. */
  private acknowledge(error: unknown): void {
    if (error instanceof Error) reported.add(error);
    this.showFailure(error);
  }

  private showFailure(error: unknown): void {
    const key = error instanceof V2xError ? error.code : 'failed';
    const known = this.text(`status.${key}`) !== `${this.type}.status.${key}`;
    this.status.failed(known ? key : 'failed', error instanceof V2xError ? error.details : {});
  }

  /**
   * Runs the node's setup, again with growing pauses while it fails: what it needs may come back.
   * For `defineNode`.
   * @returns the outcome of the latest attempt
   */
  start<Handlers extends { api?: unknown }>(setup: () => Promise<Handlers>): () => Promise<Handlers> {
    let latest: Promise<Handlers>;
    const attempt = async () => {
      this.status.recovered();
      latest = setup();
      const api = latest.then((handlers) => handlers.api);
      offered.set(this.node, api);
      try {
        await api;
      } catch (error) {
        await this.endScope();
        this.scope = new AbortController();
        throw error;
      }
    };
    const settled = new Promise<void>((resolve) => {
      this.settingUp = this.keepGoing(attempt, this.closing.signal, DEFAULT_BACKOFF, resolve);
    });
    announceFirstSetup(this.RED.events, { label: this.label, settled });
    return () => latest;
  }

  /**
   * Runs one message through the node with one owner for what it throws; for `defineNode`.
   * @param lossOf describes what is lost with the message if the setup failed and that needs reporting
   */
  async guardInput(
    message: Message,
    handle: () => Promise<void>,
    done: (error?: Error) => void,
    lossOf: (message: Message) => string | undefined = () => undefined,
  ): Promise<void> {
    try {
      await handle();
      done();
    } catch (error) {
      this.showFailure(error);
      if (isReported(error) || mayWorkLater(error)) markUnhandled(message);
      // Setup failed, which was reported then: a flood of messages must not become a flood of errors.
      if (isReported(error)) {
        const loss = lossOf(message);
        done(loss === undefined ? undefined : new V2xError('lost', `${loss}: ${messageOf(error)}`));
        return;
      }
      // `done` with an error calls node.error itself.
      done(error instanceof Error ? error : new V2xError('failed', messageOf(error)));
    }
  }

  /** Ends tasks and disposes of everything, in at most CLOSE_SECONDS; for `defineNode`. */
  async close(): Promise<void> {
    this.closing.abort();
    this.scope.abort();
    const late = new AbortController();
    const all = this.settingUp
      .then(() => this.endScope())
      .then(() => {
        late.abort();
      });
    await Promise.race([
      all,
      sleep(this.clock, CLOSE_SECONDS, late.signal).then(() => {
        if (!late.signal.aborted)
          this.warn(`${this.label} could not close completely within ${CLOSE_SECONDS} s`);
      }),
    ]);
    this.status.clear();
  }

  private async endScope(): Promise<void> {
    this.scope.abort();
    await Promise.all(this.running);
    const disposals = this.disposals.reverse();
    this.disposals = [];
    for (const dispose of disposals) {
      try {
        await dispose();
      } catch (error) {
        this.warn(messageOf(error));
      }
    }
  }
}

function isReported(error: unknown): boolean {
  return error instanceof Error && reported.has(error);
}

/** Whether one of the loggers in Node-RED's settings (`logging`) has level debug or trace. */
function takesDebug(settings: object): boolean {
  const { logging } = settings as { logging?: Readonly<Record<string, { level?: unknown } | undefined>> };
  return Object.values(logging ?? {}).some((logger) => ['debug', 'trace'].includes(String(logger?.level)));
}
