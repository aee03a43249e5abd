import type { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { V2xError } from '../nodes/lib/errors';
import { ensureWritableDirectory } from '../nodes/lib/disk/files';
import { FirstSetups } from '../nodes/lib/node-red/lifecycle/first-setups';
import { sleep, systemClock } from '../nodes/lib/time/clock';
import { PACKAGE_ROOT } from './package-root';

/** As much of the `node-red` module as this command touches. */
interface NodeRed {
  readonly events: EventEmitter;
  readonly server: Server;
}

/** After this long the command says which nodes it waits for. */
const PATIENCE_SECONDS = 10;

/**
 * Runs Node-RED with the default project in this process, and prints `v2x ready <url>` once every node has finished its
 * first setup, or has failed and said so.
 * Node-RED is the one installed in the working directory, or else beside this package.
 * @throws V2xError `node-red` when there is none, `setting` for a wrong PORT, `directory` when its data directory cannot be used
 */
export async function start(): Promise<void> {
  checkPort(process.env.PORT);
  await ensureWritableDirectory(resolve(process.env.V2X_DATA || '.v2x'), 'data');
  const red = findNodeRed();
  // Its entry file is its command line; it reads the arguments and starts.
  process.argv = [process.execPath, red, '--settings', join(PACKAGE_ROOT, 'flows', 'settings.js')];
  const load = createRequire(red);
  const nodeRed = load('./lib/red.js') as NodeRed;
  const setups = new FirstSetups(nodeRed.events);
  nodeRed.events.once('flows:started', () => {
    void allSettled(setups).then(() => {
      announce(nodeRed.server);
    });
  });
  load(red);
}

async function allSettled(setups: FirstSetups): Promise<void> {
  const done = new AbortController();
  void sleep(systemClock, PATIENCE_SECONDS, done.signal).then(() => {
    if (done.signal.aborted) return;
    process.stderr.write(`v2x: not ready yet; still setting up: ${setups.unsettled.join(', ')}\n`);
  });
  await setups.allSettled();
  done.abort();
}

/**
 * Node-RED would go on without its editor.
 * @throws V2xError `setting`
 */
export function checkPort(port = ''): void {
  if (/^\d{0,5}$/.test(port) && Number(port) < 65_536) return;
  throw new V2xError('setting', `PORT is ${JSON.stringify(port)}; it must be a port number from 0 to 65535`);
}

/**
 * Where Node-RED's entry file is: in the working directory, or else beside this package.
 * @throws V2xError `node-red` with the command that installs it
 */
export function findNodeRed(): string {
  for (const place of [resolve('package.json'), join(PACKAGE_ROOT, 'package.json')]) {
    try {
      return createRequire(place).resolve('node-red/red.js');
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  const remedy = 'run: npm install node-red@4';
  throw new V2xError('node-red', 'Node-RED is not installed here', {}, { remedy });
}

function announce(server: Server): void {
  if (!server.listening) {
    server.once('listening', () => {
      announce(server);
    });
    return;
  }
  const { port } = server.address() as AddressInfo;
  const scheme = server instanceof SecureServer ? 'https' : 'http';
  process.stdout.write(`v2x ready ${scheme}://127.0.0.1:${port}\n`);
}
