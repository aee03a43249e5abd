/**
 * Names in a directory that are to be looked at, each once however often the file changed: first those that just
 * changed, then those that a listing found, in the order they came.
 */
export class PendingNames {
  private readonly changed = new Set<string>();
  private readonly listed = new Set<string>();
  private failure: Error | undefined;
  private nudged = false;
  private wake: () => void = () => undefined;

  add(name: string): void {
    this.changed.add(name);
    this.nudge();
  }

  /** Adds names that may be new to us; a file that changes now does not wait for them. */
  addListed(names: Iterable<string>): void {
    for (const name of names) this.listed.add(name);
    this.nudge();
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.nudge();
  }

  /** Ends the wait, now or the next one. */
  nudge(): void {
    this.nudged = true;
    this.wake();
  }

  /** Whether a file just changed. */
  get fresh(): boolean {
    return this.changed.size > 0;
  }

  /**
   * @returns the next name; undefined when there is none
   * @throws what `fail` was called with
   */
  next(): string | undefined {
    if (this.failure) throw this.failure;
    for (const names of [this.changed, this.listed]) {
      for (const name of names) {
        this.changed.delete(name);
        this.listed.delete(name);
        return name;
      }
    }
    return undefined;
  }

  /** Resolves once something happened since the last wait. */
  async wait(): Promise<void> {
    if (!this.nudged) await new Promise<void>((resolve) => (this.wake = resolve));
    this.nudged = false;
  }
}
