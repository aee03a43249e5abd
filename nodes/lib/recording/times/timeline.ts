import type { Clock } from '../../time/clock';
import type { FrameTimes } from '../run/run-log';
import { StampClock } from './stamp-clock';

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
/** Seconds by which a segment may be moved to join the one before. */
const MAX_JOIN = 0.05;
/** The times of a segment are good to this many seconds, or it says how far they may be off. */
const PROMISED = 0.1;
/** Seconds of a change that the least delayed frame of each second may not show. */
const UNSEEN = 0.02;
/** Seconds by which a segment may differ from the length its time stamps give while these count as right. */
const MAX_STRETCH = 0.01;
/**
 * Seconds of frames until a run's times are known. It begins with all that came while ffmpeg looked at the stream, each
 * as late as that took, and the rate of the camera's clock is seen only after a few seconds.
 */
const SETTLING = 5;
/** Frames between two key frames that are remembered. */
const MAX_FRAMES = 50_000;

export interface SegmentSpan {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** The wall clock was set while the segment was recorded: it does not join the one before. */
  readonly stepped: boolean;
  /** Seconds on the wall clock in a second of time stamps; absent where the camera's clock runs right. */
  readonly rate?: number;
  /** By how many seconds its times may be wrong; absent where they are as good as promised. */
  readonly timeError?: number;
}

/**
 * Puts the time stamps of one ffmpeg process on the wall clock: see README.md of this folder. Each frame is an
 * observation of when time stamp 0 was, late by what its delivery took.
 */
export class RunTimeline {
  /** The end of good time stamps; undefined as long as they go on as the clock does. */
  jumpedAfter: number | undefined;

  private readonly stamps = new StampClock();
  /** Time stamps of frames in the order of decoding, from the last segment's first one on. */
  private frames: number[] = [];
  private lastDts = -Infinity;
  private lastPts = -Infinity;
  private pushed = 0;
  private wallOffset: number;
  /** Where the segment before ended, on the wall clock and by its time stamp. */
  private end: { readonly wall: number; readonly pts: number } | undefined;
  /** The steady clock when the first and the newest frame was told. */
  private firstTold: number | undefined;
  private told: number | undefined;

  /** @param heldBack whether a frame is told only when the next one begins to come */
  constructor(
    private readonly clock: Pick<Clock, 'now' | 'monotonic'>,
    private readonly heldBack = false,
  ) {
    this.wallOffset = this.currentOffset();
  }

  /** Whether frames have come for long enough to place a segment by them; earlier only when no more come. */
  get settled(): boolean {
    return (this.told ?? 0) - (this.firstTold ?? Infinity) >= SETTLING;
  }

  /** Takes a frame's time stamps, if it has any, when ffmpeg tells of it. */
  frame(times: FrameTimes | undefined): void {
    const now = this.clock.monotonic();
    const came = this.heldBack ? (this.told ?? now) : now;
    this.firstTold ??= now;
    this.told = now;
    if (times && this.jumpedAfter === undefined) this.observe(came, times);
  }

  private observe(came: number, { dts, pts }: FrameTimes): void {
    this.pushed = dts - this.lastDts < PUSHED_STEP ? this.pushed + 1 : 0;
    const wentBack = dts < this.lastDts - MAX_AHEAD || this.pushed >= MAX_PUSHED;
    const recent = this.stamps.recent();
    const wentAhead = came - pts < recent - MAX_AHEAD && recent !== Infinity;
    if (wentBack || wentAhead) {
      this.jumpedAfter = this.lastPts;
      return;
    }
    this.stamps.observe(came, pts);
    this.lastDts = dts;
    this.lastPts = Math.max(this.lastPts, pts);
    this.frames.push(pts);
    if (this.frames.length > MAX_FRAMES) this.frames.shift();
  }

  /**
   * Takes a segment's first and last time stamp in seconds when it has closed.
   * @returns its time on the wall clock; it joins the one before exactly, unless no frame came for a while, or what was
   * known of the camera's clock has changed.
   */
  close(startPts: number, endPts: number): SegmentSpan {
    const wallOffset = this.currentOffset();
    const stepped = Math.abs(wallOffset - this.wallOffset) > MAX_CLOCK_STEP;
    this.wallOffset = wallOffset;
    const last = Math.min(endPts, this.jumpedAfter ?? Infinity);
    const place = this.stamps.place(startPts, last);
    const lead = this.takeLead(startPts);
    const before = stepped ? undefined : this.end;
    const first = before ? startPts - lead : startPts;
    const known = wallOffset + place.zeroAtStart + first;
    const joined = before ? before.wall + pause(first - before.pts) : known;
    const moved = place.wholly && Math.abs(known - joined) > MAX_JOIN;
    const from = moved ? known : joined;
    const to = Math.max(from, wallOffset + place.zeroAtEnd + last);
    this.end = { wall: to, pts: endPts };
    const stretch = to - from - (last - first);
    const zeroAtStart = from - wallOffset - first;
    const timeError = this.stamps.doubt(first, last, { ...place, zeroAtStart }) + UNSEEN;
    return {
      from,
      to,
      stepped,
      ...(Math.abs(stretch) > MAX_STRETCH && last > first && { rate: (to - from) / (last - first) }),
      ...(timeError > PROMISED && { timeError }),
    };
  }

  /**
   * Seconds by which pictures of an open GOP are shown before its key frame, with which the segment begins. They come
   * after it, and end where the segment before does.
   */
  private takeLead(startPts: number): number {
    const at = this.frames.findLastIndex((pts) => Math.abs(pts - startPts) < PUSHED_STEP);
    if (at < 0) return 0;
    this.frames = this.frames.slice(at);
    return startPts - this.frames.reduce((least, pts) => Math.min(least, pts), startPts);
  }

  /** Whether a frame with a time stamp has come: without one no segment has a time. */
  get timed(): boolean {
    return Number.isFinite(this.stamps.recent());
  }

  private currentOffset(): number {
    return this.clock.now() - this.clock.monotonic();
  }
}

/** A frame is told to end when the next one is due. Where frames come unevenly, that one may come later. */
function pause(seconds: number): number {
  return seconds > JITTER ? seconds : 0;
}
