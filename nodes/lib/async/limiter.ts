/** Limits how many tasks run at a time; the others wait in order. With a limit of 1 it is a queue. */
export class Limiter {
  /** Each lets one waiting task begin; in order of arrival. */
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /**
   * Runs the work when its turn comes: at once where a place is free.
   * @param signal takes the work out of the queue at once; work that has begun watches it itself
   * @throws the signal's reason when it is aborted before the work begins; what the work throws
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal);
    try {
      // It may be aborted just after its turn came.
      signal?.throwIfAborted();
      return await work();
    } finally {
      this.passOn();
    }
  }

  /** Waits until another task passes its place on. */
  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.delete(begin);
        reject(signal?.reason as Error);
      };
      this.waiting.add(begin);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** A place that is passed on never becomes free in between. */
  private passOn(): void {
    const [next] = this.waiting;
    if (next) {
      this.waiting.delete(next);
      next();
    } else this.free += 1;
  }
}
