import type { Segment } from '../segment';

/** How much footage a ring keeps; whichever limit is reached first counts. 0 means no limit. */
export interface Retention {
  /** Seconds since a segment's end. */
  readonly maxAge: number;
  /** Sum of all segments. */
  readonly maxBytes: number;
  /** Bytes that must stay free on the disk. */
  readonly minFreeBytes: number;
}

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export interface RingState {
  /** Oldest first. */
  readonly segments: readonly Segment[];
  /** Bytes of all segments. */
  readonly bytes: number;
  readonly freeBytes: number;
  /** Bytes that the next segments need. ffmpeg does not report a full disk, so it must never meet one. */
  readonly reserveBytes: number;
  /** Unix seconds. */
  readonly now: number;
  /** Windows whose footage must stay. */
  readonly pinned: readonly TimeWindow[];
}

export interface Eviction {
  readonly evicted: readonly Segment[];
  /** Bytes that are still missing when everything that is not pinned has gone. */
  readonly missingBytes: number;
  /** Retention would have kept more, but the disk cannot hold the next segments. */
  readonly diskFull: boolean;
}

/** Seconds that a segment may lie in the future before it counts as recorded by a clock that was ahead. */
const MAX_FUTURE = 60;

/**
 * Decides which segments to delete: the oldest that are not pinned, as many as the limits and the next segments demand.
 * Footage from the future was recorded before the clock was set back, so it goes first.
 */
export function planEviction(state: RingState, { maxAge, maxBytes, minFreeBytes }: Retention): Eviction {
  const excess = maxBytes > 0 ? state.bytes - maxBytes : 0;
  const wanted = Math.max(0, excess, minFreeBytes - state.freeBytes);
  const shortage = state.reserveBytes - state.freeBytes;
  let missing = Math.max(wanted, shortage);
  const isOld = ({ to }: Segment) => maxAge > 0 && Math.abs(state.now - to) > maxAge;
  const evicted: Segment[] = [];
  for (const segment of oldestFirst(state)) {
    if ((missing <= 0 && !isOld(segment)) || isPinned(segment, state.pinned)) continue;
    evicted.push(segment);
    missing -= segment.bytes;
  }
  return { evicted, missingBytes: Math.max(0, missing), diskFull: shortage > wanted };
}

/** Footage from the future, then the rest. */
function oldestFirst({ segments, now }: RingState): readonly Segment[] {
  const last = segments.findLastIndex(({ from }) => from <= now + MAX_FUTURE);
  return last === segments.length - 1
    ? segments
    : [...segments.slice(last + 1), ...segments.slice(0, last + 1)];
}

/** Whether two spans of time have a moment in common. */
export function overlaps(one: TimeWindow, other: TimeWindow): boolean {
  return one.from < other.to && other.from < one.to;
}

function isPinned(segment: Segment, pinned: readonly TimeWindow[]): boolean {
  return pinned.some((window) => overlaps(segment, window));
}
