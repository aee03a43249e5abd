import type { CancelTimer, Clock } from './clock';

const TICK_SECONDS = 1;

/**
 * Aborts its signal when nothing was fed for too long, or when an outer signal is aborted. Time counts only in ticks
 * that this process has seen: while it stood still itself, nothing could be fed, and nobody is blamed for it.
 */
export class Watchdog {
  /** Whether it was hunger that ended it. */
  starved = false;
  private readonly controller = new AbortController();
  private readonly onOuter = () => {
    this.stop();
    this.controller.abort();
  };
  private cancel: CancelTimer = () => undefined;
  private quietSeconds = 0;

  /** @param seconds it notices after this long, and at most a second later while the process runs freely */
  constructor(
    private readonly clock: Clock,
    private readonly seconds: number,
    private readonly outer: AbortSignal,
  ) {
    outer.addEventListener('abort', this.onOuter, { once: true });
    if (outer.aborted) this.onOuter();
    else this.tick();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  feed(): void {
    this.quietSeconds = 0;
  }

  stop(): void {
    this.cancel();
    this.outer.removeEventListener('abort', this.onOuter);
  }

  private tick(): void {
    this.cancel = this.clock.after(TICK_SECONDS, () => {
      this.quietSeconds += TICK_SECONDS;
      if (this.quietSeconds <= this.seconds) {
        this.tick();
        return;
      }
      this.starved = true;
      this.stop();
      this.controller.abort();
    });
  }
}
