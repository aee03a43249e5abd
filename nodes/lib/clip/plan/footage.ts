import type { TimeSpan } from '../../../contracts';
import type { Segment } from '../../recording/segment';

export type { TimeSpan };

/** What was found inside a segment's file; times are seconds on the file's own timeline. */
export interface SegmentMedia {
  /** Earliest timestamp of any stream: what ffmpeg takes as the file's beginning. */
  readonly start: number;
  /** When the first and the last video frame are shown, and when the last one ends. */
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly end: number;
  /** When key frames are shown, in order; at least one. */
  readonly keyFrames: readonly number[];
  /** What makes pictures fit into one track: only footage with the same text can be copied into one clip. */
  readonly format: string;
  /** Size of the picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** What joining has to know; undefined for a file that only ffmpeg can read. */
  readonly tracks?: SegmentTracks;
}

export interface SegmentTracks {
  readonly picture: PictureTrack;
  /** Undefined when there is none, or none was recorded. */
  readonly sound?: SoundTrack;
}

export interface PictureTrack {
  /** `h264`, `hevc`, or the type of another sample entry. */
  readonly codec: string;
  /** Those of the key frames at which decoding can begin, whatever came before: not those of open GOPs. */
  readonly closed: readonly number[];
  /** Those of the key frames behind which pictures follow that are shown before and need what came before. */
  readonly led: readonly number[];
  /** A hash of the decoder settings at each key frame, in band or out of band; each one once. */
  readonly settings: readonly string[];
  /** Whether pictures are decoded in another order than they are shown. */
  readonly reordered: boolean;
  /** How the picture is to be turned: the matrix of `tkhd` in hexadecimal. */
  readonly matrix: string;
  /** ffmpeg's name of the pixel format, and whether black is 0 instead of 16; undefined when unknown. */
  readonly pixels?: { readonly format: string; readonly fullRange: boolean };
}

export interface SoundTrack extends TimeSpan {
  /** Sound with the same text can stand in one track. */
  readonly format: string;
  /** Samples per second, and channels. */
  readonly rate: number;
  readonly channels: number;
  /** Whether silence can be filled in without encoding. */
  readonly canBeSilent: boolean;
}

/** A segment that can be played. */
export interface Footage {
  readonly segment: Segment;
  readonly media: SegmentMedia;
  /** Where its file is; undefined: in the store. */
  readonly path?: string;
}

/** How far apart contiguous segments may seem: times read from names are good to about a second. */
const COARSE_TOLERANCE = 1.5;
/** The same between two recorder runs whose times were measured: what they are good to. A longer gap keeps its length. */
const FINE_TOLERANCE = 0.1;

/** When the first frame was seen, Unix seconds. */
export function startOf({ segment }: Footage): number {
  return segment.from;
}

/** When the last frame ended, Unix seconds: what is in the file, since a broken one may end early. */
export function endOf(footage: Footage): number {
  return wallTime(footage, footage.media.end);
}

/** Wall-clock time of a moment in the file. */
export function wallTime({ segment, media }: Footage, inFile: number): number {
  return segment.from + (inFile - media.firstFrame) * (segment.rate ?? 1);
}

/** Where a moment of wall-clock time is in the file. Behind its end, where nothing was recorded, time is as on the wall. */
export function fileTime(footage: Footage, moment: number): number {
  const { segment, media } = footage;
  const late = moment - endOf(footage);
  return late > 0 ? media.end + late : media.firstFrame + (moment - segment.from) / (segment.rate ?? 1);
}

/** The last key frame at or before a moment (Unix seconds), or else the first; in seconds of the file. */
export function keyFrameBefore(footage: Footage, moment: number): number {
  const limit = fileTime(footage, moment);
  const { keyFrames, firstFrame } = footage.media;
  return keyFrames.findLast((time) => time <= limit) ?? keyFrames.at(0) ?? firstFrame;
}

/** Longest distance between key frames, or from the last one to the end. */
export function longestGop({ media }: Footage): number {
  const ends = [...media.keyFrames.slice(1), media.end];
  return Math.max(...media.keyFrames.map((time, i) => (ends[i] ?? time) - time));
}

/** Whether `next` goes on where `footage` ends, as far as their times can tell. */
export function isContiguous(footage: Footage, next: Footage): boolean {
  return startOf(next) - endOf(footage) <= tolerance(footage, next);
}

/**
 * Seconds from the first frame of one segment to the first frame of the next on a clip's timeline: contiguous footage
 * plays on as its frames were taken, a gap keeps its length, and frames never overlap. Where no frame came for a moment
 * while one recorder went on, that is no gap, and keeps its length too.
 */
export function stepBetween(footage: Footage, next: Footage): number {
  const length = footage.media.end - footage.media.firstFrame;
  if (!isContiguous(footage, next)) return length + Math.max(0, startOf(next) - endOf(footage));
  return isNextOfRun(footage, next) ? length + Math.max(0, startOf(next) - footage.segment.to) : length;
}

function tolerance(footage: Footage, next: Footage): number {
  const measured = footage.segment.measured && next.segment.measured;
  return isNextOfRun(footage, next) || !measured ? COARSE_TOLERANCE : FINE_TOLERANCE;
}

/** Whether `next` holds what one recorder recorded next, so that its pictures may need those of `footage`. */
export function goesOn(footage: Footage, next: Footage): boolean {
  return isNextOfRun(footage, next) && isContiguous(footage, next);
}

function isNextOfRun({ segment }: Footage, { segment: next }: Footage): boolean {
  return segment.run !== '' && segment.run === next.run && next.number === segment.number + 1;
}
