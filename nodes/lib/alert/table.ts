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
  /** A cancel whose warning was not seen (yet), held so that a late copy of the warning is not believed. */
  | 'tombstone'
  /** The table is full, and no station has more entries than this one. */
  | 'full';

/** What an alert that came in changes. */
export interface Outcome {
  readonly change: Change;
  /** A live warning that was evicted: nothing more is reported about it. */
  readonly dropped?: Alert;
}

interface Entry {
  readonly alert: Alert;
  /** When this entry can be forgotten: the end of validity of every version seen, Unix seconds. */
  readonly until: number;
  /** Whether the alert was reported and its end was not. */
  readonly live: boolean;
}

/**
 * A vehicle's table of alerts, as the receiver of ETSI EN 302 637-3: one entry per action id, the newest reference
 * time counts, whatever order the copies come in. All times in Unix seconds.
 */
export class AlertTable {
  private readonly entries = new Map<string, Entry>();

  /** @param size most entries, tombstones included */
  constructor(private readonly size: number) {}

  /** The warnings that stand. */
  get live(): Alert[] {
    return [...this.entries.values()].filter(({ live }) => live).map(({ alert }) => alert);
  }

  /** Whether the warning of this action id stands. */
  isLive(actionId: string): boolean {
    return this.entries.get(actionId)?.live ?? false;
  }

  /** The latest version received of this action id: a warning, or its cancel. */
  find(actionId: string): Alert | undefined {
    return this.entries.get(actionId)?.alert;
  }

  /** Takes a trusted alert and says what it changes. Call `expire` first, so that time has passed for the table too. */
  receive(alert: Alert, now: number): Outcome {
    const known = this.entries.get(alert.sub);
    if (alert.iat === known?.alert.iat) {
      this.prolong(known, alert);
      return { change: 'duplicate' };
    }
    if (alert.exp <= now || alert.iat < (known?.alert.iat ?? 0)) return { change: 'stale' };
    const full = !known && this.entries.size >= this.size;
    const gone = full ? this.evictFor(alert.iss) : undefined;
    if (full && !gone) return { change: 'full' };
    const live = alert.status === 'active';
    this.entries.set(alert.sub, { alert, live, until: Math.max(alert.exp, known?.until ?? 0) });
    return { change: changeOf(live, known?.live ?? false), ...(gone?.live && { dropped: gone.alert }) };
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

  /** A message without an end of its own, such as a J2735 RSA, stands as long as it is repeated. */
  private prolong(known: Entry, alert: Alert): void {
    if (!known.live || alert.exp <= known.alert.exp) return;
    this.entries.set(alert.sub, { ...known, alert, until: Math.max(alert.exp, known.until) });
  }

  /**
   * Evicts fairly: a station that floods must not push out the others. The station with the most entries loses one, if it
   * has more than this station would then have; so an evicted alert that is repeated pushes out no other.
   * @returns the evicted entry; undefined when there is none
   */
  private evictFor(station: string): Entry | undefined {
    const counts = new Map<string, number>();
    for (const { alert } of this.entries.values()) counts.set(alert.iss, (counts.get(alert.iss) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if (most <= (counts.get(station) ?? 0) + 1) return undefined;
    const busiest = [...counts.keys()].find((each) => counts.get(each) === most);
    const candidates = [...this.entries.values()].filter(({ alert }) => alert.iss === busiest);
    // Preferably one that is over: only late copies still need it.
    const gone = candidates.find(({ live }) => !live) ?? candidates.at(0);
    if (gone) this.entries.delete(gone.alert.sub);
    return gone;
  }
}

function changeOf(live: boolean, wasLive: boolean): Change {
  if (live) return wasLive ? 'update' : 'new';
  return wasLive ? 'cancel' : 'tombstone';
}
