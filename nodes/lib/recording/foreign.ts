import type { Segment } from './segment';

/** A file named like a segment that no index knows: recorded by another program, or the index was lost. */
export interface ForeignFile {
  readonly name: string;
  /** The second in its name. */
  readonly second: number;
  /** Unix seconds of the last write. */
  readonly modified: number;
  readonly bytes: number;
}

export interface Sorted {
  readonly closed: readonly Segment[];
  /** Whether one may still be written to. */
  readonly open: boolean;
}

/** A segment is never longer than so many nominal lengths; a last write later than that is a copy or a touch. */
const PLAUSIBLE_LENGTHS = 6;
/** A name is the clock when the file was opened, in whole seconds; add some load. */
const NAME_TOLERANCE = 1.5;

/**
 * Tells closed files from the one that is still being written, and estimates their times. Recorders close one file and
 * open the next at the same key frame, so the last write of a file is its end, and also the start of the next one.
 * @param files sorted by `second`
 * @param newest the second of the newest segment known, foreign or not
 * @param now Unix seconds
 */
export function sortForeign(
  files: readonly ForeignFile[],
  newest: number,
  now: number,
  segmentSeconds: number,
): Sorted {
  const isClosed = (file: ForeignFile) =>
    file.second < newest || now - file.modified > 2 * segmentSeconds || now < file.modified - segmentSeconds;
  const closed: Segment[] = [];
  files.forEach((file, position) => {
    if (isClosed(file)) closed.push(estimate(file, files[position - 1], files[position + 1], segmentSeconds));
  });
  return { closed: closed.filter(({ bytes }) => bytes > 0), open: !files.every(isClosed) };
}

function estimate(
  { name, second, modified, bytes }: ForeignFile,
  before: ForeignFile | undefined,
  after: ForeignFile | undefined,
  segmentSeconds: number,
): Segment {
  const follows = before !== undefined && Math.abs(before.modified - second) < NAME_TOLERANCE;
  const from = follows ? before.modified : second;
  const plausible = modified > from && modified <= second + PLAUSIBLE_LENGTHS * segmentSeconds;
  const nominal = Math.min(second + segmentSeconds, after?.second ?? Infinity);
  const to = plausible ? modified : Math.max(nominal, from);
  return { name, from, to, bytes, run: '', number: 0, measured: false };
}
