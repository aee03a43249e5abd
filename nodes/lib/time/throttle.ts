import type { CancelTimer, Clock } from './clock';

/** Calls a function at once, and then at most once in a period: what comes in between is called for at its end. */
export class Throttle {
  private rest: CancelTimer | undefined;
  private wanted = false;

  /** @param seconds the period */
  constructor(
    private readonly clock: Clock,
    private readonly seconds: number,
    private readonly action: () => void,
  ) {}

  call(): void {
    if (this.rest) {
      this.wanted = true;
      return;
    }
    this.action();
    this.rest = this.clock.after(this.seconds, () => {
      this.rest = undefined;
      if (!this.wanted) return;
      this.wanted = false;
      this.call();
    });
  }

  /** Drops a call that is still to come. */
  cancel(): void {
    this.rest?.();
    this.rest = undefined;
    this.wanted = false;
  }
}
