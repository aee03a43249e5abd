import type { ClipManifest } from '../../../contracts';
import type { Segment } from '../../recording/segment';
import {
  endOf,
  fileTime,
  isContiguous,
  keyFrameBefore,
  longestGop,
  startOf,
  stepBetween,
  wallTime,
  type Footage,
  type TimeSpan,
} from './footage';

/** One segment's share of a clip; times are seconds on the file's own timeline. */
export interface ClipPart {
  readonly segment: Segment;
  /** Where to begin in the file, always a key frame; undefined: at its beginning. */
  readonly inpoint: number | undefined;
  /** Where to end in the file; undefined: at its end. */
  readonly outpoint: number | undefined;
  /** Seconds until the next part begins on the clip's timeline, a gap between them included. */
  readonly duration: number;
  /** To be added to a time in the file for the time in the clip. */
  readonly shift: number;
}

export interface ClipPlan {
  readonly wanted: TimeSpan;
  /** What the clip shows: from the key frame before `wanted.from`, if there is footage, to `wanted.to`. */
  readonly achieved: TimeSpan;
  /** Length of the clip in seconds. */
  readonly duration: number;
  /** Where T0 is in the clip, in seconds; undefined when the clip does not reach it. */
  readonly t0Offset: number | undefined;
  readonly parts: readonly ClipPart[];
  /** Time within `achieved` that nobody recorded; the picture stands still there. */
  readonly gaps: readonly TimeSpan[];
  /** Longest distance between key frames in seconds: how exact a stream copy can be. */
  readonly gop: number;
  /**
   * Copying is impossible when codec or picture size change within the window. `smart`: copied but for the first and
   * the last GOP, which are encoded to begin and end on the very frame.
   */
  readonly method: ClipManifest['method'];
  /** Codec and size of the first part, see SegmentMedia. */
  readonly format: string;
  /** Whether the parts can be joined by moving their fragments. */
  readonly spliceable: boolean;
}

/** A piece of footage at its place on the clip's timeline. */
interface Placed {
  readonly footage: Footage;
  /** Where in the file the clip takes it up. */
  readonly origin: number;
  /** When its first frame is due, in seconds from the clip's beginning; before that for the first piece. */
  readonly position: number;
}

/**
 * Decides what to cut for a window.
 * @param wanted the window, Unix seconds
 * @param t0 the moment of the incident, Unix seconds
 * @param available footage in the order of time
 * @returns undefined when no footage lies in the window
 */
export function planClip(wanted: TimeSpan, t0: number, available: readonly Footage[]): ClipPlan | undefined {
  const used = available.filter((footage) => startOf(footage) < wanted.to && endOf(footage) > wanted.from);
  const first = used.at(0);
  const last = used.at(-1);
  if (!first || !last) return undefined;

  const inpoint = keyFrameBefore(first, wanted.from);
  const placed = placeOnTimeline(used, inpoint);
  const achieved = { from: wallTime(first, inpoint), to: Math.min(wanted.to, endOf(last)) };
  const duration = clipTime(placed, achieved.to);
  return {
    wanted,
    achieved,
    duration,
    t0Offset: t0 >= achieved.from && t0 <= achieved.to ? clipTime(placed, t0) : undefined,
    parts: placed.map((piece, i) => partOf(piece, placed.at(i + 1), { to: achieved.to, duration })),
    gaps: gapsBetween(used),
    gop: Math.max(...used.map(longestGop)),
    method: used.every(({ media }) => media.format === first.media.format) ? 'copy' : 'reencode',
    format: first.media.format,
    spliceable: used.every(({ media }) => media.splice !== undefined && media.splice === first.media.splice),
  };
}

/** Contiguous segments follow each other; a gap keeps its true length. */
function placeOnTimeline(used: readonly Footage[], inpoint: number): Placed[] {
  const placed: Placed[] = [];
  let position = 0;
  for (const [i, footage] of used.entries()) {
    const previous = i > 0 ? used[i - 1] : undefined;
    if (previous) position += stepBetween(previous, footage);
    else position = footage.media.firstFrame - inpoint;
    const whole = previous !== undefined || inpoint <= footage.media.firstFrame;
    placed.push({ footage, position, origin: whole ? footage.media.start : inpoint });
  }
  return placed;
}

/** Where a moment of wall-clock time is on the clip's timeline. */
function clipTime(placed: readonly Placed[], moment: number): number {
  const piece = placed.findLast(({ footage }) => startOf(footage) <= moment) ?? placed[0];
  return piece.position + moment - startOf(piece.footage);
}

/**
 * ffmpeg puts a file's origin, not its first video frame, at its place on the timeline, so the distance between
 * two origins is what makes the video frames fall right.
 */
function partOf(piece: Placed, next: Placed | undefined, end: { to: number; duration: number }): ClipPart {
  const { footage, origin } = piece;
  const cutShort = !next && endOf(footage) > end.to;
  return {
    segment: footage.segment,
    inpoint: origin === footage.media.start ? undefined : origin,
    outpoint: cutShort ? fileTime(footage, end.to) : undefined,
    duration: (next ? originTime(next) : end.duration) - originTime(piece),
    shift: piece.position - footage.media.firstFrame,
  };
}

function originTime({ footage, origin, position }: Placed): number {
  return position - (footage.media.firstFrame - origin);
}

function gapsBetween(used: readonly Footage[]): TimeSpan[] {
  return used.flatMap((footage, i) => {
    const next = used.at(i + 1);
    if (!next || isContiguous(footage, next) || startOf(next) <= endOf(footage)) return [];
    return [{ from: endOf(footage), to: startOf(next) }];
  });
}
