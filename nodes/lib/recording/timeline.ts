import type { Clock } from '../clock';

/** Observations that are looked back on: enough to meet a quick delivery, few enough to follow a drifting camera. */
const OBSERVATIONS = 30;
/** Seconds by which time stamps and the steady clock may disagree between two segments. */
const MAX_PTS_JUMP = 2;
/** Seconds by which the wall clock and the steady clock may disagree between two segments. */
const MAX_CLOCK_STEP = 0.25;

export type Break = 'clock step' | 'time stamp jump';

export interface ClosedSpan {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** Why the span does not continue the one before; undefined when it does. */
  readonly broken?: Break;
}

interface Observation {
  readonly pts: number;
  readonly wall: number;
  readonly steady: number;
}

/**
 * Puts the time stamps of a recorder run on the wall clock. A segment's end is observed late, never early; so of the
 * recent observations the one with the least delay tells best when time stamp 0 was (Moonfire NVR, design/time.md).
 */
export class RunTimeline {
  private anchors: number[] = [];
  private last: Observation | undefined;
  private end: number | undefined;

  constructor(private readonly clock: Pick<Clock, 'now' | 'monotonic'>) {}

  /** Takes a segment's first and last time stamp in seconds, at the moment it closed. */
  close(startPts: number, endPts: number): ClosedSpan {
    const seen = { pts: endPts, wall: this.clock.now(), steady: this.clock.monotonic() };
    const before = this.last;
    const broken = before && breakBetween(before, seen);
    this.last = seen;
    if (broken) {
      this.anchors = [];
      // The length by time stamps is wrong after a jump, the time that passed is right.
      const length = Math.min(endPts - startPts, seen.steady - before.steady);
      this.end = seen.wall;
      return { from: seen.wall - Math.max(0, length), to: seen.wall, broken };
    }
    return this.place(startPts, seen);
  }

  private place(startPts: number, { pts, wall }: Observation): ClosedSpan {
    this.anchors.push(wall - pts);
    if (this.anchors.length > OBSERVATIONS) this.anchors.shift();
    const anchor = Math.min(...this.anchors);
    const from = this.end ?? anchor + startPts;
    const to = Math.max(from, anchor + pts);
    this.end = to;
    return { from, to };
  }
}

function breakBetween(before: Observation, after: Observation): Break | undefined {
  const elapsed = after.steady - before.steady;
  if (Math.abs(after.wall - before.wall - elapsed) > MAX_CLOCK_STEP) return 'clock step';
  if (Math.abs(after.pts - before.pts - elapsed) > MAX_PTS_JUMP) return 'time stamp jump';
  return undefined;
}
