import { sleep, type Clock } from '../time/clock';

const TICK_SECONDS = 1;

/**
 * Waits until `look` has found no sign of life for `limit` seconds. Time counts only in ticks that were really seen:
 * when this whole process stood still for a while, nobody had a chance to be noticed, and nobody is blamed for it.
 * @param look called each second; true means that something moved
 * @returns on a stall, or when `signal` ends the watch
 */
export async function watchForStall(
  clock: Clock,
  limit: number,
  look: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  for (let quiet = 0; quiet < limit; quiet = look() ? 0 : quiet + TICK_SECONDS) {
    await sleep(clock, TICK_SECONDS, signal);
    if (signal.aborted) return;
  }
}
