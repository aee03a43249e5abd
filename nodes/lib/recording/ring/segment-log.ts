import { join } from 'node:path';
import { JsonLines } from '../../disk/json-lines';
import { secondOfName } from '../names';
import { isSpan, type Segment } from '../segment';

/** Hidden, so that it does not stand among the segments. */
const INDEX_NAME = '.segments.jsonl';

/** A segment's line in the index. */
type Entry = Omit<Segment, 'measured'>;

/**
 * The index of a ring: the measured times of its segments, one line each, added as they close. It is a cache of what the
 * closed segments carry themselves: it may be missing, cut off or stale.
 */
export class SegmentLog {
  private readonly lines: JsonLines<Entry>;

  constructor(directory: string) {
    this.lines = new JsonLines(join(directory, INDEX_NAME), isEntry);
  }

  /**
   * The segments in the index by name.
   * @throws the system's error when it exists and cannot be read
   */
  async read(): Promise<Map<string, Segment>> {
    const entries = await this.lines.read();
    return new Map(entries.map((entry) => [entry.name, { ...entry, measured: true }]));
  }

  /**
   * Adds segments; only measured ones are worth keeping.
   * @throws the system's error
   */
  async append(...segments: readonly Segment[]): Promise<void> {
    const entries = entriesOf(segments);
    if (entries.length > 0) await this.lines.append(...entries);
  }

  /**
   * Replaces the index by these segments.
   * @throws the system's error
   */
  async rewrite(segments: readonly Segment[]): Promise<void> {
    await this.lines.rewrite(entriesOf(segments));
  }
}

function entriesOf(segments: readonly Segment[]): Entry[] {
  return segments
    .filter(({ measured }) => measured)
    .map(({ name, from, to, bytes, run, number, rate, timeError }) => ({
      ...{ name, from, to, bytes, run, number },
      ...(rate !== undefined && { rate }),
      ...(timeError !== undefined && { timeError }),
    }));
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const {
    name,
    run,
    from,
    to,
    bytes,
    number,
    rate = 1,
    timeError = 0,
  } = value as Partial<Record<keyof Segment, unknown>>;
  return (
    typeof name === 'string' &&
    secondOfName(name) !== undefined &&
    typeof run === 'string' &&
    [bytes, number, rate, timeError].every((field) => typeof field === 'number' && Number.isFinite(field)) &&
    isSpan(from, to)
  );
}
