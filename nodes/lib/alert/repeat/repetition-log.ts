import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../time/clock';
import { codeOf, messageOf, V2xError } from '../../errors';
import { ensureWritableDirectory, writeWhole } from '../../disk/files';
import { DEFAULT_VALIDITY_SECONDS, type OutgoingAlert } from './schedule';

/** This many lines may always be added before the file is rewritten. */
const SPARE_LINES = 1000;

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
export interface StandingAlert {
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
  private lines = 0;
  /** Lines that came while the file was being rewritten: they go into the new one too. */
  private meanwhile: string[] = [];
  private rewriting: Promise<unknown> | undefined;
  /** What kept the last write from succeeding. */
  private failure: string | undefined;

  /** @param onError called once when writing begins to fail */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly onError: (error: V2xError) => void,
  ) {}

  /**
   * Makes the directory, and reads the alerts that still have time left.
   * @throws V2xError `directory`, or `state` when the file cannot be read
   */
  async load(): Promise<readonly StandingAlert[]> {
    await ensureWritableDirectory(dirname(this.path), 'state');
    const standing = await this.compact();
    const now = this.clock.now();
    return standing.map(({ until, bytes, ...alert }) => ({
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
    this.append([lineOf(stored)]);
    if (this.lines <= SPARE_LINES) return;
    this.rewriting ??= this.compact().catch((error: unknown) => {
      this.fail(error);
    });
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.rewriting;
  }

  private append(lines: readonly string[]): void {
    if (this.rewriting) this.meanwhile.push(...lines);
    try {
      appendFileSync(this.path, lines.join(''), { mode: 0o600 });
      this.lines += lines.length;
      this.failure = undefined;
    } catch (error) {
      this.fail(error);
    }
  }

  /** @returns what the file holds from then on */
  private async compact(): Promise<readonly StoredAlert[]> {
    try {
      const standing = await this.read();
      await this.rewrite(standing);
      return standing;
    } finally {
      this.rewriting = undefined;
      const lines = this.meanwhile.splice(0);
      if (lines.length > 0) this.append(lines);
    }
  }

  private async rewrite(standing: readonly StoredAlert[]): Promise<void> {
    try {
      await writeWhole(this.path, standing.map(lineOf).join(''), { mode: 0o600 });
      this.lines = 0;
    } catch (error) {
      this.fail(error);
    }
  }

  /** The alerts in the file that still have time left; lines that a crash or a full disk cut short are passed over. */
  private async read(): Promise<readonly StoredAlert[]> {
    const now = this.clock.now();
    const latest = new Map<string, StoredAlert>();
    for (const line of (await this.readText()).split('\n')) {
      const alert = parseLine(line);
      if (alert) latest.set(alert.actionId, alert);
    }
    return [...latest.values()].filter(
      ({ until = Infinity, expires = Infinity }) => Math.min(until, expires) > now,
    );
  }

  private async readText(): Promise<string> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return '';
      throw new V2xError(
        'state',
        `The alerts of before the restart cannot be read from ${this.path}: ${messageOf(error)}; they are not repeated any more`,
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
        `The alerts being repeated cannot be kept in ${this.path}: ${messageOf(cause)}; a restart would end them`,
        { path: this.path },
        { cause },
      ),
    );
  }
}

/** The line break comes first, so that a line cut short spoils only itself. */
function lineOf(alert: StoredAlert): string {
  return `\n${JSON.stringify(alert)}`;
}

function parseLine(line: string): StoredAlert | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isStoredAlert(value) ? value : undefined;
  } catch {
    return undefined;
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
