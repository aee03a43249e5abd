import { once } from 'node:events';
import { join } from 'node:path';
import { startThread } from '../../async/thread';
import { fromPlain, V2xError } from '../../errors';
import type { Joined, JoinMessage, JoinOptions, JoinPlan, JoinTask } from './options';

/**
 * Joins stretches of MP4 files to one file, without encoding anything. A thread of low priority does the work, so that
 * neither CPU nor disk hold up recording and alerts.
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected; the system's code when
 *   the clip cannot be written; the signal's reason when it is aborted
 */
export async function joinParts(plan: JoinPlan, options: JoinOptions): Promise<Joined> {
  const { target, signal, onPercent } = options;
  signal.throwIfAborted();
  const task: JoinTask = { plan, target, stop: new Int32Array(new SharedArrayBuffer(4)) };
  const thread = startThread(join(__dirname, 'join-thread'), task);
  const stop = () => void Atomics.store(task.stop, 0, 1);
  signal.addEventListener('abort', stop, { once: true });
  let result: JoinMessage = {};
  thread.on('message', (message: JoinMessage) => {
    if (message.percent === undefined) result = message;
    else onPercent?.(message.percent);
  });
  try {
    await once(thread, 'exit');
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  if (result.joined) return result.joined;
  if (result.fault) throw fromPlain(result.fault, 'cut');
  throw new V2xError('cut', 'The thread that cuts clips ended without an answer');
}
