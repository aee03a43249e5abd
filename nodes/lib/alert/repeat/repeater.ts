import type { CancelTimer, Clock } from '../../time/clock';
import { RepetitionSchedule, type DueCopy, type OutgoingAlert, type RepetitionPolicy } from './schedule';

interface RepeaterOptions<Outgoing extends OutgoingAlert> {
  readonly clock: Clock;
  readonly policy: RepetitionPolicy;
  /** @returns whether the copy is out; an error means that it is not */
  readonly send: (copy: DueCopy<Outgoing>) => Promise<boolean>;
  /** A repetition failed; an error of the first copy is thrown by `submit`. */
  readonly onError: (error: unknown) => void;
  /** An alert was taken up; its first copy comes next. */
  readonly onAccept?: (alert: Outgoing) => void;
  /** The first copy of an alert is out: its duration, in seconds, counts from now; undefined where it has none. */
  readonly onOut?: (alert: Outgoing, duration: number | undefined) => void;
  /** An alert came or ended. */
  readonly onChange?: () => void;
}

interface FirstCopy {
  resolve(sent: boolean): void;
  reject(error: unknown): void;
}

/** Sends alerts and their repetitions when the schedule says so. */
export class Repeater<Outgoing extends OutgoingAlert> {
  private readonly schedule: RepetitionSchedule<Outgoing>;
  /** Callers of `submit` whose alert's first copy is not out yet. */
  private readonly waiting = new Map<Outgoing, FirstCopy>();
  private cancelTimer: CancelTimer = () => undefined;
  private closed = false;
  /** Whether alerts came or ended since `onChange` was last called. */
  private changed = false;

  constructor(private readonly options: RepeaterOptions<Outgoing>) {
    this.schedule = new RepetitionSchedule(options.policy, options.clock, (alert) => {
      this.settle(alert)?.resolve(false);
      this.changed = true;
    });
  }

  /** How many alerts are being sent. */
  get size(): number {
    return this.schedule.size;
  }

  /**
   * Takes up an alert, which replaces the version before it.
   * @returns true when its first copy is out; false when it was replaced or ran out before, or this is closed
   * @throws V2xError of RepetitionSchedule.add; what `send` throws
   */
  async submit(alert: Outgoing): Promise<boolean> {
    if (this.closed) return false;
    return new Promise((resolve, reject) => {
      this.schedule.add(alert);
      this.options.onAccept?.(alert);
      this.waiting.set(alert, { resolve, reject });
      this.changed = true;
      this.pump();
    });
  }

  /**
   * Goes on repeating an alert of before a restart.
   * @throws V2xError of RepetitionSchedule.resume
   */
  resume(alert: Outgoing, remaining: number | undefined): void {
    this.schedule.resume(alert, remaining);
    this.changed = true;
    this.pump();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer();
    for (const alert of this.waiting.keys()) this.settle(alert)?.resolve(false);
  }

  private pump(): void {
    this.cancelTimer();
    for (let copy = this.schedule.take(); copy; copy = this.schedule.take()) void this.send(copy);
    const wait = this.schedule.wait();
    if (wait !== undefined) {
      this.cancelTimer = this.options.clock.after(wait, () => {
        this.pump();
      });
    }
    this.tellChange();
  }

  /** After the copies are out: showing the state takes longer than sending them. */
  private tellChange(): void {
    if (!this.changed) return;
    this.changed = false;
    this.options.onChange?.();
  }

  private async send(copy: DueCopy<Outgoing>): Promise<void> {
    const first = this.settle(copy.alert);
    try {
      const out = await this.options.send(copy);
      if (out && this.schedule.markOut(copy.alert)) {
        this.options.onOut?.(copy.alert, this.schedule.durationOf(copy.alert));
        if (!this.closed) this.pump();
      }
      first?.resolve(true);
    } catch (error) {
      if (first) first.reject(error);
      else this.options.onError(error);
    }
  }

  private settle(alert: Outgoing): FirstCopy | undefined {
    const first = this.waiting.get(alert);
    this.waiting.delete(alert);
    return first;
  }
}
