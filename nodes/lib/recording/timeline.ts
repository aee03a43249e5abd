import type { Clock } from '../time/clock';
import type { FrameTimes } from './run-log';

/** Seconds that are looked back on: enough to meet a quick delivery, few enough to follow a drifting camera clock. */
const LOOK_BACK = 300;
/** Seconds by which time stamps may run ahead of the steady clock before they have jumped. */
const MAX_AHEAD = 2;
/** Seconds by which the wall clock may step without being noticed. */
const MAX_CLOCK_STEP = 0.25;
/** Time stamps that went back are pushed forward by ffmpeg, each just behind the one before. */
const PUSHED_STEP = 0.001;
/** So many pushed ones in a row are no jitter. */
const MAX_PUSHED = 10;

/** Seconds between two segments that are no more than jitter of time stamps. */
const JITTER = 0.005;

export interface SegmentSpan {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** The wall clock was set while the segment was recorded: it does not join the one before. */
  readonly stepped: boolean;
}

/**
 * Puts the time stamps of one ffmpeg process on the wall clock: see README.md of this folder. Each frame is an
 * observation of when time stamp 0 was, late by what its delivery took; the least delayed one tells best.
 */
export class RunTimeline {
  /** The end of good time stamps; undefined as long as they go on as the clock does. */
  jumpedAfter: number | undefined;

  /** The steady clock at time stamp 0, by the least delayed frame of each segment that ended not long ago. */
  private anchors: { readonly endPts: number; readonly zero: number }[] = [];
  /** The same, of the segment that is being recorded. */
  private zero = Infinity;
  private lastDts = -Infinity;
  private lastPts = -Infinity;
  private pushed = 0;
  private wallOffset: number;
  /** Where the segment before ended, on the wall clock and by its time stamp. */
  private end: { readonly wall: number; readonly pts: number } | undefined;
  /** The steady clock when the newest frame was told. */
  private told: number | undefined;

  /** @param heldBack whether a frame is told only when the next one begins to come */
  constructor(
    private readonly clock: Pick<Clock, 'now' | 'monotonic'>,
    private readonly heldBack = false,
  ) {
    this.wallOffset = this.currentOffset();
  }

  /** Takes a frame's time stamps, if it has any, when ffmpeg tells of it. */
  frame(times: FrameTimes | undefined): void {
    const now = this.clock.monotonic();
    const came = this.heldBack ? (this.told ?? now) : now;
    this.told = now;
    if (times && this.jumpedAfter === undefined) this.observe(came, times);
  }

  private observe(came: number, { dts, pts }: FrameTimes): void {
    const candidate = came - pts;
    const before = this.leastDelayed();
    this.pushed = dts - this.lastDts < PUSHED_STEP ? this.pushed + 1 : 0;
    const wentBack = dts < this.lastDts - MAX_AHEAD || this.pushed >= MAX_PUSHED;
    const wentAhead = candidate < before - MAX_AHEAD && before !== Infinity;
    if (wentBack || wentAhead) {
      this.jumpedAfter = this.lastPts;
      return;
    }
    this.zero = Math.min(this.zero, candidate);
    this.lastDts = dts;
    this.lastPts = Math.max(this.lastPts, pts);
  }

  /**
   * Takes a segment's first and last time stamp in seconds when it has closed.
   * @returns its time on the wall clock; it joins the one before exactly, unless no frame came for a while
   */
  close(startPts: number, endPts: number): SegmentSpan {
    const wallOffset = this.currentOffset();
    const stepped = Math.abs(wallOffset - this.wallOffset) > MAX_CLOCK_STEP;
    this.wallOffset = wallOffset;
    this.anchors = this.anchors.filter((anchor) => endPts - anchor.endPts < LOOK_BACK);
    const zero = wallOffset + this.leastDelayed();
    this.anchors.push({ endPts, zero: this.zero });
    this.zero = Infinity;
    const last = Math.min(endPts, this.jumpedAfter ?? Infinity);
    const from = stepped || !this.end ? zero + startPts : this.end.wall + pause(startPts - this.end.pts);
    const to = Math.max(from, zero + last);
    this.end = { wall: to, pts: endPts };
    return { from, to, stepped };
  }

  private leastDelayed(): number {
    return Math.min(this.zero, ...this.anchors.map(({ zero }) => zero));
  }

  private currentOffset(): number {
    return this.clock.now() - this.clock.monotonic();
  }
}

/** A frame is told to end when the next one is due. Where frames come unevenly, that one may come later. */
function pause(seconds: number): number {
  return seconds > JITTER ? seconds : 0;
}
