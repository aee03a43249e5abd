import type { ClipManifest } from '../../../contracts';
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
export interface ClipPart extends Footage {
  /** Where to begin in the file, always a key frame; undefined: at its beginning. */
  readonly inpoint: number | undefined;
  /** Where to end in the file; undefined: at its end. */
  readonly outpoint: number | undefined;
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
  /** `smart`: what had to be was encoded, the rest copied. */
  readonly method: ClipManifest['method'];
}

/** A piece of footage at its place on the clip's timeline. */
interface Placed {
  readonly footage: Footage;
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
    parts: placed.map((piece, i) => ({
      ...piece.footage,
      inpoint: i === 0 && inpoint > first.media.firstFrame ? inpoint : undefined,
      outpoint: piece.footage === last && endOf(last) > achieved.to ? fileTime(last, achieved.to) : undefined,
      shift: piece.position - piece.footage.media.firstFrame,
    })),
    gaps: gapsBetween(used),
    gop: Math.max(...used.map(longestGop)),
    method: 'copy',
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
    placed.push({ footage, position });
  }
  return placed;
}

/** Where a moment of wall-clock time is on the clip's timeline. */
function clipTime(placed: readonly Placed[], moment: number): number {
  const piece = placed.findLast(({ footage }) => startOf(footage) <= moment) ?? placed.at(0);
  if (!piece) return 0;
  return piece.position + fileTime(piece.footage, moment) - piece.footage.media.firstFrame;
}

function gapsBetween(used: readonly Footage[]): TimeSpan[] {
  return used.flatMap((footage, i) => {
    const next = used.at(i + 1);
    if (!next || isContiguous(footage, next) || startOf(next) <= endOf(footage)) return [];
    return [{ from: endOf(footage), to: startOf(next) }];
  });
}
