/** The other side of `joinParts`: reads and writes without pause, which a thread of its own may. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf, messageOf, V2xError } from '../errors';
import type { JoinMessage, JoinTask } from './join';
import { writeJoined } from './join-file';

/** As `nice` of the other tools; for Linux 0 is this thread alone, and the I/O priority follows. */
const LOW_PRIORITY = 15;

function say(message: JoinMessage): void {
  parentPort?.postMessage(message);
}

try {
  setPriority(0, LOW_PRIORITY);
  const sha256 = writeJoined(workerData as JoinTask, (percent) => {
    say({ percent });
  });
  say({ sha256 });
} catch (error) {
  const details = error instanceof V2xError ? error.details : {};
  say({ fault: { code: codeOf(error) ?? 'cut', message: messageOf(error), details } });
}
