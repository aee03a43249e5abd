import type { Clock } from '../../time/clock';
import { V2xError } from '../../errors';
import { DEFAULT_VALIDITY_SECONDS, LONGEST_VALIDITY_SECONDS } from '../validity';

/** How alerts are repeated. */
export interface RepetitionPolicy {
  /** Seconds between copies once the first few are out. */
  readonly interval: number;
  /**
   * Seconds after the first copy that is out in which a warning is repeated; without it, a warning is repeated until its
   * validity ends, as a cancel always is. 0 sends each alert once.
   */
  readonly duration?: number | undefined;
  /** The most copies of all alerts together in any second. */
  readonly perSecond: number;
}

/** An alert that is ready to go out; every repetition is these same bytes. */
export interface OutgoingAlert {
  readonly actionId: string;
  readonly bytes: Uint8Array;
  /** End of validity, Unix seconds; default DEFAULT_VALIDITY_SECONDS from now. */
  readonly expires?: number;
  /** Marks the version, Unix seconds: an older one does not replace a newer one. */
  readonly referenceTime?: number;
  /** Whether it ends a warning. */
  readonly cancels?: boolean;
}

/** One copy of an alert that is due. */
export interface DueCopy<Outgoing extends OutgoingAlert> {
  readonly alert: Outgoing;
  /** 0 for the first copy. */
  readonly repetition: number;
  /** Whether no copy is known to be out yet. */
  readonly first: boolean;
}

interface ScheduledAlert<Outgoing> {
  readonly alert: Outgoing;
  readonly interval: number;
  /** Where in its interval the steady copies go out, from 0 to 1. */
  readonly phase: number;
  /** When the repetition ends, monotonic seconds. */
  end: number;
  /** When the early copies began: at the first copy that is out, or else the latest, monotonic seconds. */
  started: number;
  copies: number;
  /** Whether a copy is out. Until then it is tried once an interval. */
  out: boolean;
  /** The alert with the lowest has waited longest. */
  turn: number;
  due: number;
}

/**
 * A cancel is repeated as long as it is valid, which is as long as any vehicle may believe in its warning, but this many
 * times slower: nobody is in danger who hears it a few seconds later.
 */
const CANCEL_SLOWDOWN = 5;

/** The share of the copies per second that repetitions may use: a new warning finds a free slot at once. */
const SHARE_OF_REPETITIONS = 0.8;

/**
 * Steady repetitions that are due within this time go out together, in seconds: waking up costs several times what
 * sending does.
 */
const BATCH_SECONDS = 0.1;
/** More in one go could overflow the buffer of a receiver that is busy (Linux holds about 90 small datagrams). */
const MOST_IN_BATCH = 16;

/** More than any unit has at a time; beyond it alerts are refused rather than memory used up. */
const MAX_LIVE = 4096;

/** Close together at first, since that is when a lost copy costs most: seconds after the first copy. */
const EARLY_COPIES = [0.1, 0.2, 0.4];
const LAST_EARLY_COPY = 0.4;

/** Multiples of it fill an interval evenly, however many there are (golden ratio, additive recurrence). */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Seconds; floating point must not make a moment its own successor. */
const ROUNDING = 1e-6;

/** When an alert's copies go out, in monotonic seconds. */
interface Rhythm {
  /** When the first copy was out. */
  readonly started: number;
  readonly interval: number;
  /** From 0 to 1. */
  readonly phase: number;
}

/**
 * When an alert's next copy goes out: 100, 200 and 400 ms after the first, then once an interval. The steady copies lie
 * on a grid that starts at the alert's phase instead of its first copy, so that alerts which came together, or went on
 * together after a restart, do not go out together for ever.
 * @returns the first such moment after `now`; copies that could not be sent in time are left out, not made up for
 */
function nextCopy({ started, interval, phase }: Rhythm, now: number): number {
  const early = EARLY_COPIES.find((offset) => started + offset > now + ROUNDING);
  if (early !== undefined) return started + early;
  return interval * (Math.floor((now + ROUNDING) / interval - phase) + 1 + phase);
}

/**
 * Decides which alert goes out next, and when. A new version replaces the one before it, whether update or cancel. When
 * the copies per second do not suffice for all, first copies go before repetitions, which leave a share unused for them,
 * and repetitions take turns. An alert ends when its validity is over by the wall clock or by the monotonic one: a
 * clock that is set back makes no warning last longer.
 */
export class RepetitionSchedule<Outgoing extends OutgoingAlert> {
  private readonly live = new Map<string, ScheduledAlert<Outgoing>>();
  private added = 0;
  private turns = 0;
  /** When the last copies went out, monotonic seconds, at most `perSecond` of them. */
  private readonly sent: number[] = [];
  private readonly repetitionsPerSecond: number;
  private readonly batchSeconds: number;
  /** When the next repetition may go out, monotonic seconds: they keep their distance instead of going out in bursts. */
  private nextSlot = -Infinity;
  private lastBatch = -Infinity;

  /** @param onEnd called when an alert has had its last copy, is replaced, or is no longer valid */
  constructor(
    private readonly policy: RepetitionPolicy,
    private readonly clock: Clock,
    private readonly onEnd: (alert: Outgoing) => void = () => undefined,
  ) {
    this.repetitionsPerSecond = Math.max(1, Math.floor(policy.perSecond * SHARE_OF_REPETITIONS));
    this.batchSeconds = Math.min(BATCH_SECONDS, MOST_IN_BATCH / this.repetitionsPerSecond);
  }

  get size(): number {
    return this.live.size;
  }

  /**
   * Takes up an alert; its first copy is due at once.
   * @throws V2xError `expired`, `stale` when a newer version is live, `overload` when too many alerts are live
   */
  add(alert: Outgoing): void {
    const { actionId, referenceTime = Infinity } = alert;
    const validity = this.remaining(alert);
    if (validity <= 0) {
      throw new V2xError('expired', `Alert ${actionId} is no longer valid and is not sent`, { actionId });
    }
    const before = this.live.get(actionId);
    if (referenceTime < (before?.alert.referenceTime ?? -Infinity)) {
      throw new V2xError(
        'stale',
        `Alert ${actionId} is older than the version being repeated and is not sent`,
        {
          actionId,
        },
      );
    }
    if (!before) this.requireFree();
    const now = this.clock.monotonic();
    this.live.set(actionId, {
      alert,
      interval: this.policy.interval * (alert.cancels ? CANCEL_SLOWDOWN : 1),
      phase: (this.added++ * GOLDEN_RATIO) % 1,
      end: now + validity,
      started: now,
      copies: 0,
      out: false,
      turn: this.turns++,
      due: now,
    });
    if (before) this.onEnd(before.alert);
  }

  /**
   * Goes on with an alert of before a restart, without the early copies: many that go on together make no burst.
   * @param remaining seconds for which it is still to be repeated; undefined where its validity alone decides, or no
   *   copy of it was out
   * @throws as `add`
   */
  resume(alert: Outgoing, remaining: number | undefined): void {
    this.add(alert);
    const live = this.live.get(alert.actionId);
    const wasOut = remaining !== undefined || this.durationOf(alert) === undefined;
    if (!live || !wasOut) return;
    const now = this.clock.monotonic();
    live.out = true;
    live.copies = 1;
    live.started = now - LAST_EARLY_COPY;
    live.due = nextCopy(live, now);
    live.end = Math.min(live.end, now + (remaining ?? Infinity));
  }

  /** Seconds until it is worth calling `take`; undefined when nothing is live. */
  wait(): number | undefined {
    const now = this.clock.monotonic();
    let next = Infinity;
    for (const live of this.live.values()) next = Math.min(next, this.wakeFor(live), live.end);
    return next === Infinity ? undefined : Math.max(0, next - now);
  }

  /** The copy that goes out now, if one is due and the copies per second allow it. */
  take(): DueCopy<Outgoing> | undefined {
    this.removeEnded();
    const now = this.clock.monotonic();
    const live = this.mostUrgent(now);
    if (!live || this.slotAt(live) > now) return undefined;
    const { alert, copies, out, interval } = live;
    if (copies > 0) this.takeSlot(now);
    this.lastBatch = now;
    if (copies === 0 || !out) live.started = now;
    // Until the outcome of a copy is known, the next one is due as if it were out; one that is not waits an interval.
    live.due = copies === 0 || out ? nextCopy(live, now) : now + interval;
    live.turn = this.turns++;
    live.copies += 1;
    this.sent.push(now);
    if (this.sent.length > this.policy.perSecond) this.sent.shift();
    return { alert, repetition: copies, first: !out };
  }

  /** Seconds after its first copy in which an alert is repeated; undefined where its validity alone decides. */
  durationOf({ cancels = false }: OutgoingAlert): number | undefined {
    const { duration } = this.policy;
    return cancels && duration !== 0 ? undefined : duration;
  }

  /**
   * Notes that a copy of an alert is out: from the first one on its duration counts.
   * @returns whether it was the first
   */
  markOut(alert: Outgoing): boolean {
    const live = this.live.get(alert.actionId);
    if (live?.alert !== alert || live.out) return false;
    live.out = true;
    live.end = Math.min(live.end, live.started + (this.durationOf(alert) ?? Infinity) + ROUNDING);
    live.due = nextCopy(live, live.started);
    return true;
  }

  /** Seconds that an alert is still valid for. */
  private remaining({ expires }: OutgoingAlert): number {
    if (expires === undefined) return DEFAULT_VALIDITY_SECONDS;
    return Math.min(expires - this.clock.now(), LONGEST_VALIDITY_SECONDS);
  }

  private mostUrgent(now: number): ScheduledAlert<Outgoing> | undefined {
    let urgent: ScheduledAlert<Outgoing> | undefined;
    for (const live of this.live.values()) {
      if (live.due <= now && (!urgent || isMoreUrgent(live, urgent))) urgent = live;
    }
    return urgent;
  }

  /** When to wake up for an alert's next copy, monotonic seconds: first and early copies that are in time wait for none. */
  private wakeFor(live: ScheduledAlert<Outgoing>): number {
    const { copies, due, started } = live;
    const slot = this.slotAt(live);
    const isSteady = due > started + LAST_EARLY_COPY + ROUNDING;
    const isBatched = copies > 0 && (isSteady || slot > due);
    return Math.max(due, slot, isBatched ? this.lastBatch + this.batchSeconds : -Infinity);
  }

  /** When a copy of this alert keeps to the copies per second, monotonic seconds. */
  private slotAt({ copies }: ScheduledAlert<Outgoing>): number {
    if (copies === 0) return this.freeAt(this.policy.perSecond);
    return Math.max(this.freeAt(this.repetitionsPerSecond), this.nextSlot);
  }

  /** Counts from slot to slot: what timers are late would add up. A batch takes the slots since the last one. */
  private takeSlot(now: number): void {
    this.nextSlot = Math.max(this.nextSlot, now - this.batchSeconds) + 1 / this.repetitionsPerSecond;
  }

  /** When one more copy makes no more than this many in a second. */
  private freeAt(most: number): number {
    return (this.sent.at(-most) ?? -Infinity) + 1;
  }

  private removeEnded(): void {
    const [now, wallClock] = [this.clock.monotonic(), this.clock.now()];
    for (const [actionId, { alert, end }] of this.live) {
      if (end > now && (alert.expires ?? Infinity) > wallClock) continue;
      this.live.delete(actionId);
      this.onEnd(alert);
    }
  }

  private requireFree(): void {
    if (this.live.size >= MAX_LIVE) this.removeEnded();
    if (this.live.size < MAX_LIVE) return;
    throw new V2xError(
      'overload',
      `${MAX_LIVE} alerts are being repeated already`,
      { max: MAX_LIVE },
      { remedy: 'shorten the repetition, or find out what raises so many' },
    );
  }
}

function isMoreUrgent<Outgoing>(one: ScheduledAlert<Outgoing>, other: ScheduledAlert<Outgoing>): boolean {
  const oneIsFirst = one.copies === 0;
  const otherIsFirst = other.copies === 0;
  return oneIsFirst === otherIsFirst ? one.turn < other.turn : oneIsFirst;
}
