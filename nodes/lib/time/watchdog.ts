import type { CancelTimer, Clock } from './clock';

/** Aborts its signal when nothing was fed for too long, or when an outer signal is aborted. */
export class Watchdog {
  /** Whether it was hunger that ended it. */
  starved = false;
  private readonly controller = new AbortController();
  private readonly onOuter = () => {
    this.stop();
    this.controller.abort();
  };
  private cancel: CancelTimer = () => undefined;
  private fed = true;

  /** @param seconds it notices after this long at least and twice as long at most */
  constructor(
    private readonly clock: Clock,
    private readonly seconds: number,
    private readonly outer: AbortSignal,
  ) {
    outer.addEventListener('abort', this.onOuter, { once: true });
    if (outer.aborted) this.onOuter();
    else this.look();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  feed(): void {
    this.fed = true;
  }

  stop(): void {
    this.cancel();
    this.outer.removeEventListener('abort', this.onOuter);
  }

  private look(): void {
    if (!this.fed) {
      this.starved = true;
      this.controller.abort();
      return;
    }
    this.fed = false;
    this.cancel = this.clock.after(this.seconds, () => {
      this.look();
    });
  }
}
