/** The other side of `joinParts`. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toPlain } from '../../errors';
import { writeJoined } from './join-file';
import type { JoinMessage, JoinTask } from './options';

/** As `nice` of the other tools; for Linux 0 is this thread alone, elsewhere it would be all of Node-RED. */
const LOW_PRIORITY = 15;

function report(message: JoinMessage): void {
  parentPort?.postMessage(message);
}

if (process.platform === 'linux') setPriority(0, LOW_PRIORITY);
writeJoined(workerData as JoinTask, (percent) => {
  report({ percent });
}).then(
  (joined) => {
    report({ joined });
  },
  (error: unknown) => {
    report({ fault: toPlain(error) });
  },
);
