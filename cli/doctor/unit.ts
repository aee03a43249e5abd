import { createDecipheriv, createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf, V2xError } from '../../nodes/lib/errors';
import { withoutUnset } from '../../nodes/lib/node-red/settings';
import { PACKAGE_ROOT } from '../package-root';

/** A node as it runs: what is disabled is left out, `${NAME}` filled in, what is not set left to its default. */
export interface UnitNode {
  readonly id: string;
  readonly type: string;
  /** As users know it. */
  readonly label: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Which of its settings come from the environment, and from which variable. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Undefined when the node has some that cannot be read. */
  readonly credentials: Readonly<Record<string, string>> | undefined;
}

/** The roadside unit that is examined: its data root and the flow that it runs. */
export interface Unit {
  readonly data: string;
  /** Whether it is what `v2x start` runs, rather than a Node-RED of the user's own. */
  readonly isDefault: boolean;
  /** The nodes of a type. */
  of(type: string): readonly UnitNode[];
  /** The config node that a node refers to. */
  refer(node: UnitNode, property: string): UnitNode | undefined;
  /** Where a node's directory setting points. */
  path(directory: string): string;
}

interface FlowItem {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/**
 * Reads the unit that `v2x start` runs in this environment: the flow that was deployed, or else the shipped one.
 * @param flow another flow file, such as that of a Node-RED of the user's own
 * @throws V2xError `flow` when the flow cannot be read
 */
export function readUnit(flow?: string): Unit {
  const data = resolve(process.env.V2X_DATA || '.v2x');
  const own = join(data, 'node-red', 'flows.json');
  const flowFile = flow ?? (existsSync(own) ? own : join(PACKAGE_ROOT, 'flows', 'flows.json'));
  const nodes = running(readFlow(flowFile), credentialsOf(flowFile));
  return {
    data,
    isDefault: flow === undefined,
    of: (type) => nodes.filter((node) => node.type === type),
    refer: (node, property) => nodes.find(({ id }) => id === node.config[property]),
    path: (directory) => resolve(data, directory),
  };
}

function readFlow(file: string): FlowItem[] {
  try {
    const flow: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(flow)) return flow as FlowItem[];
  } catch (error) {
    const remedy = 'run doctor as the user of Node-RED, or give the flow with --flow';
    throw new V2xError('flow', `The flow ${file} cannot be read: ${messageOf(error)}`, { file }, { remedy });
  }
  throw new V2xError('flow', `${file} is not a Node-RED flow file`);
}

function running(flow: readonly FlowItem[], credentials: Credentials | undefined): UnitNode[] {
  const disabledTabs = new Set(flow.filter(({ disabled }) => disabled === true).map(({ id }) => id));
  return flow
    .filter(({ d, z }) => d !== true && !(typeof z === 'string' && disabledTabs.has(z)))
    .map(({ id, type, name, ...settings }) => ({
      id,
      type,
      label: typeof name === 'string' && name !== '' ? `${type} "${name}"` : type,
      config: withoutUnset(filledIn(settings)),
      variables: variablesOf(settings),
      credentials: credentials && (withoutUnset(filledIn(credentials[id] ?? {})) as Record<string, string>),
    }));
}

/** Node-RED replaces settings that are wholly `${NAME}` by the environment variable. */
function filledIn<T extends object>(settings: T): T {
  const entries = Object.entries(settings).map(([name, value]: [string, unknown]) => {
    const variable = variableIn(value);
    return [name, variable === undefined ? value : (process.env[variable] ?? value)];
  });
  return Object.fromEntries(entries) as T;
}

function variablesOf(settings: object): Record<string, string> {
  const entries = Object.entries(settings).map(([name, value]: [string, unknown]) => [
    name,
    variableIn(value),
  ]);
  return Object.fromEntries(entries.filter(([, variable]) => variable !== undefined)) as Record<
    string,
    string
  >;
}

function variableIn(setting: unknown): string | undefined {
  return typeof setting === 'string' ? /^\$\{(\S+)\}$/.exec(setting)?.[1] : undefined;
}

type Credentials = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

/**
 * What was entered as credentials in the editor, as Node-RED keeps it: `flows_cred.json`, AES-256-CTR with the hash of
 * the secret, the initial vector in hexadecimal before it (node-red, runtime/lib/nodes/credentials.js).
 * @returns undefined when there are some, of another secret or another user
 */
function credentialsOf(flowFile: string): Credentials | undefined {
  const file = flowFile.replace(/\.json$/, '_cred.json');
  if (!existsSync(file)) return {};
  try {
    const { $: sealed } = JSON.parse(readFileSync(file, 'utf8')) as { readonly $: string };
    const key = createHash('sha256')
      .update(credentialSecret(dirname(flowFile)))
      .digest();
    const cipher = createDecipheriv('aes-256-ctr', key, Buffer.from(sealed.slice(0, 32), 'hex'));
    return JSON.parse(
      cipher.update(sealed.slice(32), 'base64', 'utf8') + cipher.final('utf8'),
    ) as Credentials;
  } catch {
    return undefined;
  }
}

/** Ours is a file of its own; a Node-RED without `credentialSecret` in its settings made one up and keeps it here. */
function credentialSecret(userDir: string): string {
  const own = join(userDir, 'credential-secret');
  if (existsSync(own)) return readFileSync(own, 'utf8').trim();
  const stored = JSON.parse(readFileSync(join(userDir, '.config.runtime.json'), 'utf8')) as {
    readonly _credentialSecret: string;
  };
  return stored._credentialSecret;
}
