import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { watch } from 'chokidar';
import { PATIENCE_MS, Program } from '../process';

const CLI = resolve('dist/cli/v2x.js');
const NODE_RED_5 = resolve('.cache/node-red-5');

/** A Node.js and the directory where the Node-RED lies that it runs. */
export interface Runtime {
  readonly name: string;
  readonly node: string;
  readonly directory: string;
}

export const RUNTIMES: readonly [Runtime, ...Runtime[]] = [
  { name: 'Node-RED 4.1', node: process.execPath, directory: resolve('.') },
  {
    name: 'Node-RED 5 on Node 24',
    node: join(NODE_RED_5, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node'),
    directory: NODE_RED_5,
  },
];

/** Why a suite on this runtime is skipped, or false. */
export function missing(runtime: Runtime): string | false {
  const redEntry = join(runtime.directory, 'node_modules', 'node-red', 'red.js');
  return existsSync(runtime.node) && existsSync(redEntry) ? false : `${runtime.name} is not installed`;
}

/** A roadside unit as `npm start` runs it, with a data root, a multicast port and an editor port of its own. */
export class Unit {
  private constructor(
    readonly program: Program,
    readonly data: string,
    readonly url: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Starts the unit and waits for its ready line. */
  static async start(
    environment: Readonly<Record<string, string | undefined>> = {},
    { runtime = RUNTIMES[0], nodeArguments = [] as string[], ipc = false, user = {} } = {},
  ): Promise<Unit> {
    const data = environment.V2X_DATA ?? (await mkdtemp(join(tmpdir(), 'v2x-unit-')));
    const env = {
      ...plainEnvironment(),
      PORT: '0',
      V2X_MULTICAST_PORT: String(randomInt(20_000, 60_000)),
      ...environment,
      V2X_DATA: data,
    };
    const program = Program.start(runtime.node, [...nodeArguments, CLI, 'start'], {
      cwd: runtime.directory,
      env,
      ...user,
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
    });
    const ready = await program.line(/^v2x ready http:/).catch(async (error: unknown) => {
      await program.stop();
      throw error;
    });
    return new Unit(program, data, ready.text.replace('v2x ready ', ''), env);
  }

  /** Runs the `v2x` command against this unit, as another process. */
  cli(...args: string[]): Program {
    return Program.start(process.execPath, [CLI, ...args], { env: this.environment, cwd: this.data });
  }

  /** Starts a vehicle and waits until it listens. */
  async listen(...args: string[]): Promise<Program> {
    const vehicle = this.cli('listen', ...args);
    await vehicle.line(/^listening/);
    return vehicle;
  }

  directory(name: 'rec' | 'events' | 'archive'): string {
    return join(this.data, name);
  }

  /** Stops Node-RED as systemd would, and removes its data. */
  async stop(): Promise<void> {
    await this.program.stop();
    await rm(this.data, { recursive: true, force: true });
  }
}

/** The environment without what the test runner sets for its own TypeScript files. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ofTests = /^(V2X_|NODE_OPTIONS$|NODE_TEST_CONTEXT$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTests.test(name)));
}

const LOOK_AGAIN_MS = 250;

/**
 * Resolves with the path of the first file, there or to come, whose name fits.
 * @throws when none comes for too long
 */
export async function fileIn(
  directory: string,
  name: RegExp,
  except: readonly string[] = [],
): Promise<string> {
  const find = async () =>
    (await namesIn(directory, name)).find((found) => !except.includes(join(directory, found)));
  // Chokidar waits for a directory that is not there.
  const watcher = watch(directory, { depth: 0 });
  let again: NodeJS.Timeout | undefined;
  try {
    return await new Promise((found, failed) => {
      AbortSignal.timeout(PATIENCE_MS).addEventListener('abort', () => {
        failed(new Error(`No file ${String(name)} comes into ${directory}`));
      });
      const look = () => {
        find().then((file) => {
          if (file !== undefined) found(join(directory, file));
        }, failed);
      };
      // It lists first and watches then: what comes in between is there when it says that it is ready.
      watcher.on('ready', look);
      watcher.on('all', look);
      watcher.on('error', failed);
      // It misses a directory that is made while it begins to wait for it.
      again = setInterval(look, LOOK_AGAIN_MS);
    });
  } finally {
    clearInterval(again);
    await watcher.close();
  }
}

/** Names in a directory that fit; none when the directory is not there. */
export async function namesIn(directory: string, name: RegExp): Promise<string[]> {
  const names = existsSync(directory) ? await readdir(directory) : [];
  return names.filter((candidate) => name.test(candidate)).sort();
}
