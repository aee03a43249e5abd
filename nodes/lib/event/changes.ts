/** Names in a directory that are to be looked at, each once however often it changed, first come first served. */
export class Changes {
  private readonly names = new Set<string>();
  private failure: Error | undefined;
  private nudged = false;
  private wake: () => void = () => undefined;

  add(name: string): void {
    this.names.add(name);
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

  /**
   * @returns the next name; undefined when there is none
   * @throws what `fail` was called with
   */
  next(): string | undefined {
    if (this.failure) throw this.failure;
    for (const name of this.names) {
      this.names.delete(name);
      return name;
    }
    return undefined;
  }

  /** Resolves once something happened since the last wait. */
  async wait(): Promise<void> {
    if (!this.nudged) await new Promise<void>((resolve) => (this.wake = resolve));
    this.nudged = false;
  }
}
