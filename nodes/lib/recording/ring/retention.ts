import type { Segment } from '../segment';

/** How much footage a ring keeps; whichever limit is reached first counts. 0 means no limit. */
export interface Retention {
  /** Seconds since a segment's end. */
  readonly maxAge: number;
  /** Sum of all segments. */
  readonly maxBytes: number;
  /** What must stay free on the disk. */
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
  /** What the next segments need: ffmpeg does not notice a full disk, so it must never meet one. */
  readonly room: number;
  /** Unix seconds. */
  readonly now: number;
  /** Windows that must stay. */
  readonly pinned: readonly TimeWindow[];
}

export interface Eviction {
  readonly victims: readonly Segment[];
  /** Bytes still missing although everything that is not pinned goes. */
  readonly missingBytes: number;
  /** Retention would have kept more: the disk has no room for the next segments. */
  readonly diskFull: boolean;
}

/** Seconds by which a clock may be set back without footage of the time before being taken for the oldest. */
const SET_BACK = 60;

/**
 * Decides which segments to delete: the oldest ones that are not pinned, as many as the limits and the room for the
 * next segments demand. Footage of a time to come was recorded before the clock was set back, so it is the oldest.
 */
export function chooseVictims(state: RingState, { maxAge, maxBytes, minFreeBytes }: Retention): Eviction {
  const tooMany = maxBytes > 0 ? state.bytes - maxBytes : 0;
  const wanted = Math.max(0, tooMany, minFreeBytes - state.freeBytes);
  const lacking = state.room - state.freeBytes;
  let missing = Math.max(wanted, lacking);
  const isOld = ({ to }: Segment) => maxAge > 0 && Math.abs(state.now - to) > maxAge;
  const victims: Segment[] = [];
  for (const segment of asRecorded(state)) {
    if ((missing <= 0 && !isOld(segment)) || isPinned(segment, state.pinned)) continue;
    victims.push(segment);
    missing -= segment.bytes;
  }
  return { victims, missingBytes: Math.max(0, missing), diskFull: lacking > wanted };
}

/** Footage of a time to come, then the rest. */
function asRecorded({ segments, now }: RingState): readonly Segment[] {
  const last = segments.findLastIndex(({ from }) => from <= now + SET_BACK);
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
