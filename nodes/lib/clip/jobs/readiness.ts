import type { Segment } from '../../recording/segment';
import type { TimeSpan } from '../plan/footage';

/** What a job knows of the recording while it waits; times are Unix seconds. */
export interface RecordingState {
  /** Closed segments in the order of time: those of the window, and some before it that show how long they get. */
  readonly segments: readonly Segment[];
  /** When the earliest segment that has not closed yet begins; undefined when nothing is being recorded. */
  readonly openSince: number | undefined;
  /** When the recording last showed life (a segment open, or one that closed), or when we began to look. */
  readonly lastLife: number;
  /** Nominal length of a segment in seconds. */
  readonly segmentSeconds: number;
}

export type Readiness =
  /** All footage of the window that there will be is there. */
  | { readonly kind: 'cut' }
  /** More may come; without news ask again at `until`. */
  | { readonly kind: 'wait'; readonly until: number }
  /** There is none, and none can come. */
  | { readonly kind: 'no-footage' };

/** A segment ends at a key frame, which some cameras send every minute or less often. Seconds. */
const LONGEST_SEGMENT = 900;
/** When the open segment begins may be read from its name, which is good to about a second. */
const NAME_TOLERANCE = 1.5;
/** Seconds from the beginning of a segment until the one before it is listed, on a busy disk. */
const LISTING_SECONDS = 5;
/** A recorder that comes back has listed what it left behind within this many nominal lengths. */
const NOMINAL_LENGTHS = 3;
/** The same in the lengths that segments really have, for a ring that cannot see which segment is open. */
const REAL_LENGTHS = 2;

/**
 * Decides whether a window can be cut now. It goes by what is being recorded, not by how long a segment should be: with
 * key frames a minute apart, the segment with T0 may close a minute after T0.
 * @param window what is to be shown, up to the moment that is awaited
 * @param now Unix seconds
 */
export function readinessOf(window: TimeSpan, recording: RecordingState, now: number): Readiness {
  const begun = recording.segments.filter(({ from }) => from <= now);
  if (begun.some(({ to }) => to >= window.to)) return { kind: 'cut' };
  const until = newsUntil(window, { ...recording, segments: begun });
  if (now < until) return { kind: 'wait', until };
  const some = begun.some(({ from, to }) => from < window.to && to > window.from);
  return { kind: some ? 'cut' : 'no-footage' };
}

/** Until when, Unix seconds, a segment that reaches into the window may close. */
function newsUntil(
  { to }: TimeSpan,
  { segments, openSince, lastLife, segmentSeconds }: RecordingState,
): number {
  const nominal = NOMINAL_LENGTHS * segmentSeconds;
  if (openSince !== undefined && openSince <= to + NAME_TOLERANCE)
    return to + Math.max(LONGEST_SEGMENT, nominal);
  if (openSince !== undefined) return openSince + LISTING_SECONDS;
  const longest = Math.max(0, ...segments.map((segment) => segment.to - segment.from));
  return Math.max(to, lastLife) + Math.max(nominal, REAL_LENGTHS * longest);
}
