/** Limits how many tasks run at a time; the others wait in order. With a limit of 1 it is a queue. */
export class Limiter {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Runs the work when its turn comes: at once where a place is free. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A place that is passed on never becomes free in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
