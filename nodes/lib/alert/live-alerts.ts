import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sleep, type Clock } from '../clock';
import { codeOf, messageOf, V2xError } from '../errors';
import { ensureWritableDirectory, writeWhole } from '../files';
import type { LiveAlert, OutgoingAlert } from './repetition';

/** Seconds between writes at least: a burst of alerts must not make a burst of disk syncs. */
const WRITE_INTERVAL = 1;

/** An alert as it stands in the file; times are Unix seconds. */
interface StoredAlert {
  readonly actionId: string;
  /** Base64. */
  readonly bytes: string;
  readonly until: number;
  readonly expires?: number;
  readonly referenceTime?: number;
}

/**
 * The alerts that are being repeated, in a file, so that they go on after a restart. It is written behind the
 * sending, which never waits for it: an alert that came within a second of a crash may not be in it.
 */
export class LiveAlertFile {
  private readonly closing = new AbortController();
  private changed = false;
  private writing: Promise<void> | undefined;
  /** What kept the last write from succeeding. */
  private failure: string | undefined;

  /**
   * @param alerts the alerts at the moment of writing
   * @param onError told once when writing begins to fail
   */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly alerts: () => readonly LiveAlert[],
    private readonly onError: (error: V2xError) => void,
  ) {}

  /**
   * Makes the directory, and reads the alerts that still have time left.
   * @throws V2xError `directory`, or `state` when the file is damaged
   */
  async load(): Promise<readonly OutgoingAlert[]> {
    await ensureWritableDirectory(dirname(this.path), 'state');
    const now = this.clock.now();
    return (await this.read())
      .filter(({ until, expires = Infinity }) => until > now && expires > now)
      .map(({ until, bytes, ...alert }) => ({
        ...alert,
        bytes: Buffer.from(bytes, 'base64'),
        duration: until - now,
      }));
  }

  /** Says that the alerts changed. */
  update(): void {
    this.changed = true;
    this.writing ??= this.writeChanges().finally(() => {
      this.writing = undefined;
    });
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.writing;
  }

  private async read(): Promise<readonly StoredAlert[]> {
    try {
      const stored: unknown = JSON.parse(await readFile(this.path, 'utf8'));
      if (Array.isArray(stored) && stored.every(isStoredAlert)) return stored;
      throw new SyntaxError('it is no list of alerts');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw new V2xError(
        'state',
        `The alerts of before the restart cannot be read from ${this.path}: ${messageOf(error)}; they are not repeated any more`,
        { path: this.path },
        { cause: error },
      );
    }
  }

  private async writeChanges(): Promise<void> {
    while (this.changed) {
      this.changed = false;
      await this.write();
      await sleep(this.clock, WRITE_INTERVAL, this.closing.signal);
    }
  }

  private async write(): Promise<void> {
    const now = this.clock.now();
    const stored = this.alerts().map(({ alert, remaining }): StoredAlert => {
      const { actionId, bytes, expires, referenceTime } = alert;
      return {
        actionId,
        bytes: Buffer.from(bytes).toString('base64'),
        until: now + remaining,
        ...(expires !== undefined && { expires }),
        ...(referenceTime !== undefined && { referenceTime }),
      };
    });
    try {
      await writeWhole(this.path, JSON.stringify(stored), { mode: 0o600 });
      this.failure = undefined;
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(cause: unknown): void {
    // Not by the message, which carries the temporary file's name.
    const failure = codeOf(cause) ?? messageOf(cause);
    if (failure === this.failure) return;
    this.failure = failure;
    this.onError(
      new V2xError(
        'state',
        `The alerts being repeated cannot be kept in ${this.path}: ${messageOf(cause)}; a restart would end them`,
        { path: this.path },
        { cause },
      ),
    );
  }
}

function isStoredAlert(value: unknown): value is StoredAlert {
  if (typeof value !== 'object' || value === null) return false;
  const { actionId, bytes, until, expires, referenceTime } = value as Partial<
    Record<keyof StoredAlert, unknown>
  >;
  return (
    typeof actionId === 'string' &&
    typeof bytes === 'string' &&
    typeof until === 'number' &&
    [expires, referenceTime].every((time) => time === undefined || typeof time === 'number')
  );
}
