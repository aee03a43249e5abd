import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { codeOf } from '../../errors';
import { writeWhole } from '../../disk/files';
import type { Action } from '../action';

/** So many lines may always be added before the file is rewritten. */
const SPARE_LINES = 1000;

/**
 * The versions of a station's actions on disk, one JSON line each; the last line of an action counts.
 * A line is in the file before its alert is sent, without a disk sync: it survives the end of this process,
 * while a power cut may lose the last lines. Sequence numbers do not depend on it.
 */
export class ActionJournal {
  private rewritten = 0;
  private appended = 0;

  constructor(
    private readonly path: string,
    private readonly station: number,
  ) {}

  /** Whether so many lines were added that it is time to rewrite the file. */
  get grown(): boolean {
    return this.appended > this.rewritten + SPARE_LINES;
  }

  /**
   * Reads what is there; lines that a crash or a full disk cut short are passed over.
   * @throws the system's error when the file is there but cannot be read
   */
  async read(): Promise<Action[]> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
    return text.split('\n').flatMap((line) => this.parse(line) ?? []);
  }

  /**
   * Adds a version of an action. Synchronous on purpose: a line in the page cache takes microseconds, while the
   * warning that waits for it would queue for Node's thread pool behind somebody's clip.
   * @throws the system's error
   */
  append(action: Action): void {
    // The line break comes first, so that a line cut short spoils only itself.
    appendFileSync(this.path, `\n${JSON.stringify(action)}`);
    this.appended += 1;
  }

  /** Replaces the file by these actions. */
  async rewrite(actions: readonly Action[]): Promise<void> {
    await writeWhole(this.path, actions.map((action) => `\n${JSON.stringify(action)}`).join(''));
    this.rewritten = actions.length;
    this.appended = 0;
  }

  private parse(line: string): Action | undefined {
    try {
      const value: unknown = JSON.parse(line);
      if (!isAction(value) || value.station !== this.station) return undefined;
      // Lines of version 0.1.0 have no `until`.
      return { ...value, until: value.until ?? value.expires };
    } catch {
      return undefined;
    }
  }
}

function isAction(value: unknown): value is Omit<Action, 'until'> & Partial<Action> {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof Action, unknown>>;
  const numbers = [record.station, record.sequence, record.referenceTime, record.detected, record.expires];
  return (
    typeof record.eventId === 'string' &&
    numbers.every((number) => typeof number === 'number') &&
    (record.until === undefined || typeof record.until === 'number') &&
    (record.status === 'active' || record.status === 'cancelled') &&
    Array.isArray(record.requests) &&
    record.requests.every((request) => typeof request === 'string')
  );
}
