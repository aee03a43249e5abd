import type { Clock } from '../../time/clock';
import { V2xError } from '../../errors';

/** How alerts are repeated. */
export interface RepetitionPolicy {
  /** Seconds between copies once the first few are out. */
  readonly interval: number;
  /** For how many seconds after the first copy that is out an alert is repeated; 0 sends it once. */
  readonly duration: number;
  /** The most copies of all alerts together in any second. */
  readonly perSecond: number;
}

export const DEFAULT_REPETITION: RepetitionPolicy = { interval: 0.5, duration: 10, perSecond: 100 };

/** An alert that is ready to go out; every repetition is these same bytes. */
export interface OutgoingAlert {
  readonly actionId: string;
  readonly bytes: Uint8Array;
  /** End of validity, Unix seconds. */
  readonly expires?: number;
  /** Marks the version, Unix seconds: an older one does not replace a newer one. */
  readonly referenceTime?: number;
  /** Instead of the policy's duration, in seconds. */
  readonly duration?: number;
}

/** One copy of an alert that is due. */
export interface DueCopy<Alert extends OutgoingAlert> {
  readonly alert: Alert;
  /** 0 for the first copy. */
  readonly repetition: number;
}

interface ScheduledAlert<Alert> {
  readonly alert: Alert;
  /** Seconds from the first copy that is out. */
  readonly duration: number;
  /** When the schedule began: at the first copy that is out, or else the latest, monotonic seconds. */
  started: number;
  copies: number;
  /** Whether a copy is out. Until then it is tried as long as it is valid; one without end is not waited for. */
  out: boolean;
  /** Who has the lowest has waited longest. */
  turn: number;
  due: number;
}

/** The share of the copies per second that repetitions may use: a new warning finds room at once. */
const SHARE_OF_REPETITIONS = 0.8;

/** More than any unit has at a time; beyond it alerts are refused rather than memory used up. */
const MAX_LIVE = 4096;

/** Close together at first, since that is when a lost copy costs most: seconds after the first copy. */
const EARLY_COPIES = [0.1, 0.2, 0.4];

/** Seconds; floating point must not make a moment its own successor. */
const ROUNDING = 1e-6;

/**
 * When the copies of an alert go out.
 * @param elapsed seconds since its first copy
 * @returns seconds after the first copy, the first such moment later than `elapsed`: copies that could not be
 * sent in time are left out, not made up for
 */
export function nextCopy(elapsed: number, interval: number): number {
  const early = EARLY_COPIES.find((offset) => offset > elapsed + ROUNDING);
  if (early !== undefined) return early;
  const last = EARLY_COPIES.at(-1) ?? 0;
  return last + interval * (Math.floor((elapsed - last + ROUNDING) / interval) + 1);
}

/**
 * Which alert is to go out next, and when. A new version replaces the one before it, whether update or cancel.
 * When the copies per second do not suffice for all, first copies go before repetitions, which leave a share unused
 * for them, and repetitions take turns.
 */
export class RepetitionSchedule<Alert extends OutgoingAlert> {
  private readonly live = new Map<string, ScheduledAlert<Alert>>();
  private turns = 0;
  /** When the last copies went out, monotonic seconds, at most `perSecond` of them. */
  private readonly sent: number[] = [];

  /** @param onEnd called when an alert has had its last copy, is replaced, or is no longer valid */
  constructor(
    private readonly policy: RepetitionPolicy,
    private readonly clock: Clock,
    private readonly onEnd: (alert: Alert) => void = () => undefined,
  ) {}

  get size(): number {
    return this.live.size;
  }

  /**
   * Takes up an alert; its first copy is due at once.
   * @throws V2xError `expired`, `stale` when a newer version is live, `overload` when too many alerts are live
   */
  add(alert: Alert): void {
    const { actionId, expires = Infinity, referenceTime = Infinity, duration = this.policy.duration } = alert;
    if (expires <= this.clock.now()) {
      throw new V2xError('expired', `Alert ${actionId} is no longer valid; it is not sent`, { actionId });
    }
    const before = this.live.get(actionId);
    if (referenceTime < (before?.alert.referenceTime ?? -Infinity)) {
      throw new V2xError('stale', `Alert ${actionId} is older than the version being sent; it is not sent`, {
        actionId,
      });
    }
    if (!before) this.requireRoom();
    const started = this.clock.monotonic();
    const out = alert.expires === undefined;
    this.live.set(actionId, { alert, duration, started, copies: 0, out, turn: this.turns++, due: started });
    if (before) this.onEnd(before.alert);
  }

  /** Seconds until it is worth calling `take`; undefined when nothing is live. */
  wait(): number | undefined {
    const now = this.clock.monotonic();
    this.removeEnded();
    const urgent = this.mostUrgent(now);
    if (urgent) return Math.max(0, this.roomAt(urgent) - now);
    let due = Infinity;
    for (const live of this.live.values()) due = Math.min(due, live.due);
    return due === Infinity ? undefined : due - now;
  }

  /** The copy that goes out now, if one is due and the copies per second allow it. */
  take(): DueCopy<Alert> | undefined {
    const now = this.clock.monotonic();
    this.removeEnded();
    const live = this.mostUrgent(now);
    if (!live || this.roomAt(live) > now) return undefined;
    if (live.copies === 0 || !live.out) live.started = now;
    live.turn = this.turns++;
    const { interval } = this.policy;
    live.due =
      live.started + (live.copies === 0 || live.out ? nextCopy(now - live.started, interval) : interval);
    this.sent.push(now);
    if (this.sent.length > this.policy.perSecond) this.sent.shift();
    return { alert: live.alert, repetition: live.copies++ };
  }

  /**
   * Notes that a copy of an alert is out: from the first one on its duration counts.
   * @returns whether it was the first, and the next is due earlier than the next try would have been
   */
  heard(alert: Alert): boolean {
    const live = this.live.get(alert.actionId);
    if (live?.alert !== alert || live.out) return false;
    live.out = true;
    live.due = live.started + nextCopy(0, this.policy.interval);
    this.removeEnded();
    return true;
  }

  private mostUrgent(now: number): ScheduledAlert<Alert> | undefined {
    let urgent: ScheduledAlert<Alert> | undefined;
    for (const live of this.live.values()) {
      if (live.due <= now && (!urgent || isMoreUrgent(live, urgent))) urgent = live;
    }
    return urgent;
  }

  /** When a copy of this alert keeps to the copies per second, monotonic seconds. */
  private roomAt({ copies }: ScheduledAlert<Alert>): number {
    const { perSecond } = this.policy;
    const most = copies === 0 ? perSecond : Math.max(1, Math.floor(perSecond * SHARE_OF_REPETITIONS));
    return (this.sent.at(-most) ?? -Infinity) + 1;
  }

  private removeEnded(): void {
    const wallClock = this.clock.now();
    for (const [actionId, { alert, duration, started, copies, out, due }] of this.live) {
      const repeated = out && copies > 0 && due - started > duration + ROUNDING;
      if (!repeated && (alert.expires ?? Infinity) > wallClock) continue;
      this.live.delete(actionId);
      this.onEnd(alert);
    }
  }

  private requireRoom(): void {
    if (this.live.size >= MAX_LIVE) this.removeEnded();
    if (this.live.size < MAX_LIVE) return;
    throw new V2xError(
      'overload',
      `${MAX_LIVE} alerts are being repeated already; shorten the repetition or find out who raises so many`,
      { max: MAX_LIVE },
    );
  }
}

function isMoreUrgent<Alert>(one: ScheduledAlert<Alert>, other: ScheduledAlert<Alert>): boolean {
  const oneIsFirst = one.copies === 0;
  const otherIsFirst = other.copies === 0;
  return oneIsFirst === otherIsFirst ? one.turn < other.turn : oneIsFirst;
}
