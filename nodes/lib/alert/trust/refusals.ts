/** Default number of seconds between two lines with the same reason: a flood of forged datagrams must not fill the log. */
const LOG_PERIOD_SECONDS = 60;

interface Tally {
  total: number;
  /** Refused since the last line. */
  unsaid: number;
  /** When the last line was due, Unix seconds. */
  said: number;
}

/** Counts refused datagrams by reason and decides which are worth a line in the log. */
export class Refusals {
  private readonly tallies = new Map<string, Tally>();

  /** @param period seconds between lines of one reason */
  constructor(private readonly period = LOG_PERIOD_SECONDS) {}

  /** All refused so far. */
  get total(): number {
    return [...this.tallies.values()].reduce((sum, { total }) => sum + total, 0);
  }

  /**
   * Counts one.
   * @param code why, in a word
   * @param now seconds of a clock that does not step
   * @returns how many of this reason a line in the log should speak of; 0: no line now
   */
  count(code: string, now: number): number {
    const tally = this.tallies.get(code) ?? { total: 0, unsaid: 0, said: -Infinity };
    this.tallies.set(code, tally);
    tally.total += 1;
    tally.unsaid += 1;
    if (now - tally.said < this.period) return 0;
    const due = tally.unsaid;
    tally.unsaid = 0;
    tally.said = now;
    return due;
  }
}
