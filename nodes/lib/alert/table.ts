import type { Alert } from './alert';

/** What an alert that came in means to a receiver. */
export type Change =
  /** A warning that was not known. */
  | 'new'
  /** A later version of a warning that stands. */
  | 'update'
  /** The end of a warning that stood. */
  | 'cancel'
  /** The version that is known already: a repetition. */
  | 'duplicate'
  /** An older version than the one known, or one whose validity has ended. */
  | 'stale'
  /** A cancel whose warning was not seen (yet): kept, so that a late copy of the warning is not believed. */
  | 'tombstone'
  /** No room: its station has more warnings than any other and the table is full. */
  | 'full';

interface Entry {
  readonly alert: Alert;
  /** When this entry can be forgotten: the end of validity of every version seen, Unix seconds. */
  readonly until: number;
  /** Whether the driver was told, and not yet told of its end. */
  readonly live: boolean;
}

/** How many warnings a receiver remembers at most, unless it is told otherwise. */
export const DEFAULT_TABLE_SIZE = 1024;

/**
 * A vehicle's table of alerts, as the receiver of ETSI EN 302 637-3: one entry per action id, the newest reference
 * time counts, whatever order the copies come in. All times in Unix seconds.
 */
export class AlertTable {
  private readonly entries = new Map<string, Entry>();

  /** @param size most entries, tombstones included */
  constructor(private readonly size = DEFAULT_TABLE_SIZE) {}

  /** The warnings that stand. */
  get live(): Alert[] {
    return [...this.entries.values()].filter(({ live }) => live).map(({ alert }) => alert);
  }

  /** Whether the warning of this action id stands. */
  isLive(actionId: string): boolean {
    return this.entries.get(actionId)?.live ?? false;
  }

  /** What was last heard of this action id: a warning, or its cancel. */
  find(actionId: string): Alert | undefined {
    return this.entries.get(actionId)?.alert;
  }

  /** Takes a trusted alert and says what it changes. Call `expire` first, so that time has passed for the table too. */
  receive(alert: Alert, now: number): Change {
    const known = this.entries.get(alert.sub);
    if (known && alert.iat <= known.alert.iat) return alert.iat === known.alert.iat ? 'duplicate' : 'stale';
    if (alert.exp <= now) return 'stale';
    if (!known && !this.makeRoom(alert.iss)) return 'full';
    const live = alert.status === 'active';
    this.entries.set(alert.sub, { alert, live, until: Math.max(alert.exp, known?.until ?? 0) });
    if (live) return known?.live ? 'update' : 'new';
    return known?.live ? 'cancel' : 'tombstone';
  }

  /**
   * Ends warnings whose validity is over and forgets what can be forgotten.
   * @returns the warnings that have ended by themselves, each once, in the order they ended
   */
  expire(now: number): Alert[] {
    const ended: Alert[] = [];
    for (const [actionId, entry] of this.entries) {
      const over = entry.alert.exp <= now;
      if (entry.live && over) ended.push(entry.alert);
      if (entry.until <= now) this.entries.delete(actionId);
      else if (entry.live && over) this.entries.set(actionId, { ...entry, live: false });
    }
    return ended.sort((a, b) => a.exp - b.exp);
  }

  /** When the next warning ends by itself; undefined when none stands. */
  nextExpiry(): number | undefined {
    const ends = this.live.map(({ exp }) => exp);
    return ends.length === 0 ? undefined : ends.reduce((a, b) => Math.min(a, b));
  }

  /** One station that floods must not push out the others: it makes room from its own, or gets none. */
  private makeRoom(station: string): boolean {
    if (this.entries.size < this.size) return true;
    const busiest = this.busiestStation();
    if (busiest === undefined || busiest === station) return false;
    for (const [actionId, { alert }] of this.entries) {
      if (alert.iss !== busiest) continue;
      this.entries.delete(actionId);
      return true;
    }
    return false;
  }

  private busiestStation(): string | undefined {
    const counts = new Map<string, number>();
    for (const { alert } of this.entries.values()) counts.set(alert.iss, (counts.get(alert.iss) ?? 0) + 1);
    let busiest: string | undefined;
    for (const [station, count] of counts) {
      if (busiest === undefined || count > (counts.get(busiest) ?? 0)) busiest = station;
    }
    return busiest;
  }
}
