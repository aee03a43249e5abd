import { dirname } from 'node:path';
import type { Alert } from '../alert/alert';
import { ensureWritableDirectory } from '../disk/files';
import { JsonLines } from '../disk/json-lines';
import { codeOf, messageOf, V2xError } from '../errors';
import type { Clock } from '../time/clock';

/** The latest version of an alert that was put into a message. */
interface Version {
  readonly actionId: string;
  /** Marks the version, Unix seconds. */
  readonly referenceTime: number;
  readonly msgCnt: number;
  /** When it can be forgotten: the latest end of validity of its versions, Unix seconds. */
  readonly until: number;
  /** What it was about, for a cancel that does not say it again. */
  readonly event: Pick<Alert['event'], 'type' | 'lat' | 'lon' | 'distance_m'>;
}

/** After 127 comes 0 (SAE J2735, DE_MsgCount). */
const COUNTS = 128;

/**
 * Counts the versions of each alert: one more for a later version, the same for a repetition. The counts are on disk, a
 * line each, before a message goes on; like the alerts themselves, the last ones may be lost in a power cut.
 */
export class VersionCounts {
  private readonly latest = new Map<string, Version>();
  private readonly lines: JsonLines<Version>;
  private failure: string | undefined;

  /** @param onError told once that the counts cannot be kept; messages go out all the same */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly onError: (error: V2xError) => void,
  ) {
    this.lines = new JsonLines(path, isVersion);
  }

  /**
   * Makes the file's directory, and reads the counts that still matter.
   * @throws V2xError `directory`, or `state` when the file cannot be read
   */
  async load(): Promise<void> {
    await ensureWritableDirectory(dirname(this.path), 'state');
    try {
      for (const version of await this.lines.read()) this.latest.set(version.actionId, version);
    } catch (error) {
      throw this.stateError(`The message counts of before the restart cannot be read`, error);
    }
    await this.compact();
  }

  /**
   * The count of an alert's version, and the alert with what its cancel leaves out.
   * @throws V2xError `stale` when a later version was counted
   */
  count(alert: Alert): { readonly msgCnt: number; readonly alert: Alert } {
    const known = this.latest.get(alert.sub);
    if (known && alert.iat < known.referenceTime)
      throw new V2xError('stale', `Alert ${alert.sub} is older than the version sent last; it is not sent`, {
        actionId: alert.sub,
      });
    const whole = known ? completed(alert, known) : alert;
    if (known?.referenceTime === alert.iat) return { msgCnt: known.msgCnt, alert: whole };
    const { type, lat, lon, distance_m } = whole.event;
    const version: Version = {
      actionId: alert.sub,
      referenceTime: alert.iat,
      msgCnt: known ? (known.msgCnt + 1) % COUNTS : 0,
      until: Math.max(alert.exp, known?.until ?? 0),
      event: {
        type,
        ...(lat !== undefined && { lat }),
        ...(lon !== undefined && { lon }),
        ...(distance_m !== undefined && { distance_m }),
      },
    };
    this.latest.set(alert.sub, version);
    this.save(version);
    return { msgCnt: version.msgCnt, alert: whole };
  }

  /** Waits for what is being written. */
  close(): Promise<void> {
    return this.lines.settled();
  }

  private save(version: Version): void {
    try {
      this.lines.appendNow(version);
      this.failure = undefined;
    } catch (error) {
      this.fail(error);
    }
    if (this.lines.grown) void this.compact();
  }

  /** Rewrites the file with what still matters; no message waits for it. */
  private async compact(): Promise<void> {
    const now = this.clock.now();
    for (const [actionId, { until }] of this.latest) if (until <= now) this.latest.delete(actionId);
    try {
      await this.lines.rewrite([...this.latest.values()]);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(cause: unknown): void {
    // Not the message, which may carry a temporary file's name.
    const failure = codeOf(cause) ?? messageOf(cause);
    if (failure === this.failure) return;
    this.failure = failure;
    this.onError(
      this.stateError('The message counts cannot be kept, and begin again after a restart', cause),
    );
  }

  private stateError(problem: string, cause: unknown): V2xError {
    const text = `${problem} (${this.path}): ${messageOf(cause)}`;
    return new V2xError('state', text, { path: this.path }, { cause });
  }
}

/** A cancel may say no more than which event is over: its place and type are those of the warning. */
function completed(alert: Alert, { event: known }: Version): Alert {
  if (alert.status !== 'cancelled') return alert;
  const type = alert.event.type === 'unknown' ? known.type : alert.event.type;
  return { ...alert, event: { ...known, ...alert.event, type } };
}

function isVersion(value: unknown): value is Version {
  if (typeof value !== 'object' || value === null) return false;
  const { actionId, referenceTime, msgCnt, until, event } = value as Partial<Record<keyof Version, unknown>>;
  return (
    typeof actionId === 'string' &&
    [referenceTime, until].every((time) => typeof time === 'number') &&
    Number.isInteger(msgCnt) &&
    (msgCnt as number) >= 0 &&
    (msgCnt as number) < COUNTS &&
    isEvent(event)
  );
}

function isEvent(value: unknown): value is Version['event'] {
  if (typeof value !== 'object' || value === null) return false;
  const { type, ...numbers } = value as Record<string, unknown>;
  const known = ['lat', 'lon', 'distance_m'].map((name) => numbers[name]);
  return typeof type === 'string' && known.every((each) => each === undefined || typeof each === 'number');
}
