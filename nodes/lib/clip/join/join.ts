import { once } from 'node:events';
import { join } from 'node:path';
import { V2xError } from '../../errors';
import { startThread } from '../../async/thread';
import type { CutOptions } from '../cut/cut';
import type { ClipPlan } from '../plan/plan';

/** What the thread is told. */
export interface JoinTask {
  readonly plan: ClipPlan;
  readonly segments: string;
  readonly target: string;
  /** Shared memory; not 0 when the thread is to end. Ended from outside it would leave the clip's file open. */
  readonly stop: Int32Array;
}

/** What it says: how far it is, and at the end the SHA-256 or what went wrong. */
export interface JoinMessage {
  readonly percent?: number;
  readonly sha256?: string;
  readonly fault?: Pick<V2xError, 'code' | 'message' | 'details'>;
}

/**
 * Joins the parts of a plan, which all have the same `splice` text (see SegmentMedia), to one MP4 file. That is done in
 * a thread of low priority, so that neither CPU nor disk hold up recording and alerts.
 * @returns the SHA-256 of the file in hexadecimal
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected; the system's code when
 *   the clip cannot be written; the signal's reason when it is aborted
 */
export async function joinParts(plan: ClipPlan, options: CutOptions): Promise<string> {
  const { segments, target, signal, onPercent } = options;
  signal.throwIfAborted();
  const task: JoinTask = { plan, segments, target, stop: new Int32Array(new SharedArrayBuffer(4)) };
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
  if (result.sha256 !== undefined) return result.sha256;
  const { code, message, details } = result.fault ?? UNKNOWN;
  throw new V2xError(code, message, details);
}

const UNKNOWN = { code: 'cut', message: 'The thread that cuts clips ended without a word', details: {} };
