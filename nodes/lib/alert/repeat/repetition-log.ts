import { dirname } from 'node:path';
import { ensureWritableDirectory } from '../../disk/files';
import { JsonLines } from '../../disk/json-lines';
import { codeOf, messageOf, V2xError } from '../../errors';
import type { Clock } from '../../time/clock';
import { DEFAULT_VALIDITY_SECONDS } from '../validity';
import type { OutgoingAlert } from './schedule';

/** An alert as it stands in the file; times are Unix seconds. */
interface StoredAlert {
  readonly actionId: string;
  /** Base64. */
  readonly bytes: string;
  /** When its repetition ends; known once a copy is out, and only where it ends before the validity. */
  readonly until?: number;
  readonly expires?: number;
  readonly referenceTime?: number;
  readonly cancels?: boolean;
}

/** An alert that goes on after a restart. */
interface StandingAlert {
  readonly alert: OutgoingAlert;
  /** Seconds for which it is still to be repeated; undefined: as the policy says. */
  readonly remaining: number | undefined;
}

/**
 * The alerts that are being repeated, in a file, so that they go on after a restart: one JSON line for each version,
 * the last line of an action counts. A line is in the file before its first copy goes out, without a disk sync: it
 * survives the end of this process, while a power cut may lose the last lines.
 */
export class RepetitionLog {
  private readonly lines: JsonLines<StoredAlert>;
  /** What the file says of each action, as far as it still matters. */
  private readonly latest = new Map<string, StoredAlert>();
  /** Why the last write failed. */
  private failure: string | undefined;

  /** @param onError called once when writing begins to fail */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly onError: (error: V2xError) => void,
  ) {
    this.lines = new JsonLines(path, isStoredAlert, { mode: 0o600 });
  }

  /**
   * Makes the directory, and reads the alerts that still have time left.
   * @throws V2xError `directory`, or `state` when the file cannot be read
   */
  async load(): Promise<readonly StandingAlert[]> {
    await ensureWritableDirectory(dirname(this.path), 'state');
    for (const stored of await this.read()) this.latest.set(stored.actionId, stored);
    await this.compact();
    const now = this.clock.now();
    return [...this.latest.values()].map(({ until, bytes, ...alert }) => ({
      alert: { ...alert, bytes: Buffer.from(bytes, 'base64') },
      remaining: until === undefined ? undefined : until - now,
    }));
  }

  /**
   * Adds an alert that is about to be sent, or whose end of repetition is known now.
   * @param remaining seconds for which it is still to be repeated
   */
  add({ actionId, bytes, expires, referenceTime, cancels }: OutgoingAlert, remaining?: number): void {
    const now = this.clock.now();
    const stored: StoredAlert = {
      actionId,
      bytes: Buffer.from(bytes).toString('base64'),
      expires: expires ?? now + DEFAULT_VALIDITY_SECONDS,
      ...(remaining !== undefined && { until: now + remaining }),
      ...(referenceTime !== undefined && { referenceTime }),
      ...(cancels && { cancels }),
    };
    this.latest.set(actionId, stored);
    try {
      this.lines.appendNow(stored);
      this.failure = undefined;
    } catch (error) {
      this.fail(error);
    }
    if (this.lines.grown) void this.compact();
  }

  /** Waits for what is being written. */
  close(): Promise<void> {
    return this.lines.settled();
  }

  /** Rewrites the file with the alerts that still have time left; no alert waits for it. */
  private async compact(): Promise<void> {
    const now = this.clock.now();
    for (const [actionId, { until = Infinity, expires = Infinity }] of this.latest)
      if (Math.min(until, expires) <= now) this.latest.delete(actionId);
    try {
      await this.lines.rewrite([...this.latest.values()]);
    } catch (error) {
      this.fail(error);
    }
  }

  private async read(): Promise<readonly StoredAlert[]> {
    try {
      return await this.lines.read();
    } catch (error) {
      throw new V2xError(
        'state',
        `The alerts from before the restart cannot be read from ${this.path}: ${messageOf(error)}; they are no longer repeated`,
        { path: this.path },
        { cause: error },
      );
    }
  }

  private fail(cause: unknown): void {
    // Not the message, which may carry a temporary file's name.
    const failure = codeOf(cause) ?? messageOf(cause);
    if (failure === this.failure) return;
    this.failure = failure;
    this.onError(
      new V2xError(
        'state',
        `The alerts being repeated cannot be written to ${this.path}: ${messageOf(cause)}; a restart would end them`,
        { path: this.path },
        { cause },
      ),
    );
  }
}

function isStoredAlert(value: unknown): value is StoredAlert {
  if (typeof value !== 'object' || value === null) return false;
  const { actionId, bytes, until, expires, referenceTime, cancels } = value as Partial<
    Record<keyof StoredAlert, unknown>
  >;
  return (
    typeof actionId === 'string' &&
    typeof bytes === 'string' &&
    [until, expires, referenceTime].every((time) => time === undefined || typeof time === 'number') &&
    (cancels === undefined || typeof cancels === 'boolean')
  );
}
