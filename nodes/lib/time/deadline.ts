import type { Clock } from './clock';
import { eachSecond } from './each-second';

/**
 * A signal that is aborted after some seconds, or together with another signal. Extended by each sign of life, it is a
 * watchdog. As with `eachSecond`, only seconds count in which this process ran: while it was suspended, nothing could
 * arrive in time.
 */
export class Deadline {
  /** Whether the time ran out, as opposed to the outer signal. */
  passed = false;
  readonly signal: AbortSignal;
  private readonly late = new AbortController();
  private readonly done = new AbortController();
  private spent = 0;

  /** @param seconds rounded up to whole ones */
  constructor(
    clock: Clock,
    private readonly seconds: number,
    outer: AbortSignal,
  ) {
    this.signal = AbortSignal.any([outer, this.late.signal]);
    const ended = AbortSignal.any([this.signal, this.done.signal]);
    void eachSecond(clock, () => this.tick(), ended);
  }

  /** Starts the time again; it then runs out at most a second later than it should. */
  extend(): void {
    // The second that has begun does not count.
    this.spent = -1;
  }

  /** Ends the wait although there is time left. */
  pass(): void {
    this.passed = true;
    this.late.abort();
  }

  /** Must be called when the work is done, so that the deadline does not pass any more. */
  cancel(): void {
    this.done.abort();
  }

  private tick(): true | undefined {
    this.spent += 1;
    if (this.spent < this.seconds) return undefined;
    this.pass();
    return true;
  }
}
