import { setImmediate } from 'node:timers/promises';

/** Takes back a timer that has not fired yet; harmless afterwards. */
export type CancelTimer = () => void;

/**
 * The only source of time in lib: tests replace it and run minutes in milliseconds.
 * All times and durations are in seconds, fractions included.
 */
export interface Clock {
  /** Wall clock: Unix time in seconds. It may step when NTP corrects it. */
  now(): number;
  /** Seconds since an arbitrary moment; never steps, for measuring durations. */
  monotonic(): number;
  /** Calls back once, after the given number of seconds. */
  after(seconds: number, callback: () => void): CancelTimer;
}

/** The longest delay that Node's timers take (2^31 - 1 ms); longer ones would fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The real time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now() / 1000,
  monotonic: () => performance.now() / 1000,
  after(seconds, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(seconds, 0) * 1000, LONGEST_DELAY_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

/**
 * Waits.
 * @param seconds how long
 * @param signal ends the wait early; the promise then resolves too, so callers look at `signal.aborted`
 */
export function sleep(clock: Clock, seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(seconds, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Lets other work of this process go first, for loops that take long. */
export function letOthersRun(): Promise<void> {
  return setImmediate();
}
