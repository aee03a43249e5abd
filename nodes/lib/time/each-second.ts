import { sleep, type Clock } from './clock';

const SECOND = 1;

/**
 * Calls a function once a second until it returns something. Only seconds count in which this process ran: after it was
 * suspended, however long, there is one call for all of that time, so that nothing is taken for late because of it.
 * @returns what `look` returned; undefined when `signal` ended it
 */
export async function eachSecond<T>(
  clock: Clock,
  look: () => T | undefined | Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (;;) {
    await sleep(clock, SECOND, signal);
    if (signal.aborted) return undefined;
    const found = await look();
    if (found !== undefined) return found;
  }
}
