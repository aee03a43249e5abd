import { sleep, type Clock } from './clock';

const SECOND = 1;

/**
 * Looks once a second until there is something to return. Only seconds count that this process lived through: when it
 * stood still for a while, as a suspended machine does, that is one look, and nobody is blamed for the rest.
 * @returns what `look` found; undefined when `signal` ended the watch
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
