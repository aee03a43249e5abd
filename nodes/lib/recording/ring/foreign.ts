import type { Segment } from '../segment';

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
  /** When the one that may still be written to begins, by its name. */
  readonly openSince: number | undefined;
}

/** A segment is never longer than so many nominal lengths; a last write later than that is a copy or a touch. */
const PLAUSIBLE_LENGTHS = 6;
/** A name is the clock when the file was opened, in whole seconds; add some load. */
const NAME_TOLERANCE = 1.5;

/**
 * Tells closed files from the one that is still being written, and estimates their times. Recorders close one file and
 * open the next at the same key frame, so the last write of a file is its end, and also the start of the next one.
 * @param files sorted by `second`
 * @param ring what is known of the rest: the second of the newest segment, foreign or not; the end of the last segment
 * before the first of these files; the nominal length
 * @param now Unix seconds
 */
export function sortForeign(
  files: readonly ForeignFile[],
  ring: { newest: number; previousEnd: number | undefined; segmentSeconds: number },
  now: number,
): Sorted {
  const isClosed = ({ second, modified }: ForeignFile) =>
    second < ring.newest || Math.abs(now - modified) > 2 * ring.segmentSeconds;
  const closed = files.flatMap((file, position) => {
    if (!isClosed(file) || file.bytes === 0) return [];
    const previousEnd = files[position - 1]?.modified ?? ring.previousEnd;
    return [estimate(file, previousEnd, files[position + 1]?.second, ring.segmentSeconds)];
  });
  return { closed, openSince: files.findLast((file) => !isClosed(file))?.second };
}

function estimate(
  { name, second, modified, bytes }: ForeignFile,
  previousEnd: number | undefined,
  next: number | undefined,
  segmentSeconds: number,
): Segment {
  const follows = previousEnd !== undefined && Math.abs(previousEnd - second) < NAME_TOLERANCE;
  const from = follows ? previousEnd : second;
  const plausible = modified > from && modified <= second + PLAUSIBLE_LENGTHS * segmentSeconds;
  const nominal = Math.min(second + segmentSeconds, next ?? Infinity);
  const to = plausible ? modified : Math.max(nominal, from);
  return { name, from, to, bytes, run: '', number: 0, measured: false };
}
