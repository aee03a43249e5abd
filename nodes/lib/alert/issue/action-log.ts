import { JsonLines } from '../../disk/json-lines';
import type { Action } from '../action';

/** A version of an action as a line has it; those of version 0.1.0 have no `until`. */
type ActionLine = Omit<Action, 'until'> & { readonly until?: number };

/**
 * The versions of a station's actions on disk, one JSON line each; the last line of an action counts.
 * A line is in the file before its alert is sent, without a disk sync: it survives the end of this process,
 * while a power cut may lose the last lines. Sequence numbers do not depend on it.
 */
export class ActionLog {
  private readonly lines: JsonLines<ActionLine>;

  constructor(path: string, station: number) {
    this.lines = new JsonLines(
      path,
      (value): value is ActionLine => isActionLine(value) && value.station === station,
    );
  }

  /** Whether enough lines were added to make a rewrite worth it, and none is under way. */
  get grown(): boolean {
    return this.lines.grown;
  }

  /**
   * All versions, oldest first.
   * @throws the system's error when the file exists and cannot be read
   */
  async read(): Promise<Action[]> {
    return (await this.lines.read()).map((line) => ({ ...line, until: line.until ?? line.expires }));
  }

  /**
   * Adds a version of an action, also while the file is being rewritten.
   * @throws the system's error
   */
  append(action: Action): void {
    this.lines.appendNow(action);
  }

  /**
   * Replaces the file by these actions and those appended meanwhile; nothing waits for it.
   * @throws the system's error
   */
  rewrite(actions: readonly Action[]): Promise<void> {
    return this.lines.rewrite(actions);
  }

  /** Waits for a rewrite under way. */
  settled(): Promise<void> {
    return this.lines.settled();
  }
}

function isActionLine(value: unknown): value is ActionLine {
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
