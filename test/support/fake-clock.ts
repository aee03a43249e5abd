import type { CancelTimer, Clock } from '../../nodes/lib/time/clock';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock that moves only when a test says so. All times in seconds. */
export class FakeClock implements Clock {
  private elapsed = 0;
  private step = 0;
  private readonly timers = new Set<Timer>();

  constructor(private readonly start = 1_700_000_000) {}

  now(): number {
    return this.start + this.elapsed + this.step;
  }

  monotonic(): number {
    return this.elapsed;
  }

  after(seconds: number, callback: () => void): CancelTimer {
    const timer = { due: this.elapsed + Math.max(0, seconds), callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Lets time pass; timers fire in order, and what they set off in promises runs in between. */
  async advance(seconds: number): Promise<void> {
    const end = this.elapsed + seconds;
    await settle();
    for (let next = this.nextBefore(end); next; next = this.nextBefore(end)) {
      this.timers.delete(next);
      this.elapsed = Math.max(this.elapsed, next.due);
      next.callback();
      await settle();
    }
    this.elapsed = end;
  }

  /** Steps the wall clock, as NTP does; durations are not touched. */
  stepWallClock(seconds: number): void {
    this.step += seconds;
  }

  private nextBefore(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (timer.due <= end && (!first || timer.due < first.due)) first = timer;
    return first;
  }
}

/** Lets promises that are already settled run their handlers. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
