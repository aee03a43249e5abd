/** The other side of `joinParts`. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf, messageOf, V2xError } from '../../errors';
import type { JoinMessage, JoinTask } from './join';
import { writeJoined } from './join-file';

/** As `nice` of the other tools; for Linux 0 is this thread alone, elsewhere it would be all of Node-RED. */
const LOW_PRIORITY = 15;

function say(message: JoinMessage): void {
  parentPort?.postMessage(message);
}

if (process.platform === 'linux') setPriority(0, LOW_PRIORITY);
writeJoined(workerData as JoinTask, (percent) => {
  say({ percent });
}).then(
  (sha256) => {
    say({ sha256 });
  },
  (error: unknown) => {
    const details = error instanceof V2xError ? error.details : {};
    say({ fault: { code: codeOf(error) ?? 'cut', message: messageOf(error), details } });
  },
);
