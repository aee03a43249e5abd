import type { EventEmitter } from 'node:events';

/** One for each runtime, found by its emitter of events. */
const known = new WeakMap<EventEmitter, Deploys>();

/**
 * Knows when Node-RED's flows run as a whole. From the moment a deploy begins to stop nodes, whichever these are, until
 * all are back, a message to one that is gone is dropped without a word.
 */
export class Deploys {
  /** Lasts from one deploy to the next; undefined in between. */
  private period: AbortController | undefined;
  private readonly waiting = new Set<() => void>();

  /** @param events of the runtime; the first call has to come before its flows are started */
  static of(events: EventEmitter): Deploys {
    const deploys = known.get(events) ?? new Deploys(events);
    known.set(events, deploys);
    return deploys;
  }

  private constructor(events: EventEmitter) {
    events.on('flows:stopping', () => {
      this.period?.abort();
      this.period = undefined;
    });
    events.on('flows:started', () => {
      this.period ??= new AbortController();
      for (const wake of [...this.waiting]) wake();
    });
  }

  /** Aborted when the next deploy begins to stop nodes; undefined while the flows do not run. */
  get running(): AbortSignal | undefined {
    return this.period?.signal;
  }

  /**
   * Waits until the flows run.
   * @returns aborted by the next deploy or by the given signal; at once when the latter ends the wait
   */
  async started(signal: AbortSignal): Promise<AbortSignal> {
    if (!this.running && !signal.aborted) await this.nextStart(signal);
    return this.running ? AbortSignal.any([this.running, signal]) : signal;
  }

  private nextStart(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
