import type { PlainError } from '../../errors';
import type { TimeSpan } from '../../../contracts';
import type { Chapter } from '../mp4/chapters';

/** A stretch of a file that goes into the clip; times are seconds on the file's own timeline. */
export interface JoinPart {
  /** Of the segment, for errors. */
  readonly name: string;
  readonly path: string;
  /** The key frame to begin with; undefined: at the beginning of the file. */
  readonly inpoint?: number | undefined;
  /** Where to end; undefined: at the end of the file. */
  readonly outpoint?: number | undefined;
  /** To be added to a time in the file for the time in the clip. */
  readonly shift: number;
}

export interface PicturePart extends JoinPart {
  /** Whether decoding begins anew here: pictures that need those of an earlier GOP are left out. */
  readonly entry: boolean;
}

/** What a file is joined from. */
export interface JoinPlan {
  readonly picture: readonly PicturePart[];
  /** All of one format. */
  readonly sound: readonly JoinPart[];
  /** The file whose picture track gives the clip's decoder settings, size and orientation. */
  readonly model?: string | undefined;
  /** Whether decoder settings differ: then each key frame brings its own, in band. */
  readonly settingsDiffer: boolean;
  /** Length of the sound in seconds where there is no picture to follow. */
  readonly soundSeconds?: number;
  readonly chapters: readonly Chapter[];
  /** When the recording began, Unix seconds. */
  readonly began: number;
}

export interface JoinOptions {
  /** Path of the file to be written. */
  readonly target: string;
  readonly signal: AbortSignal;
  /** Called with 0 to 100 while the file is written. */
  readonly onPercent?: (percent: number) => void;
}

export interface Joined {
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** Where no sound was recorded, in seconds of the clip; silence was put there if its format has any. */
  readonly silences: readonly TimeSpan[];
}

/** What the thread gets. */
export interface JoinTask {
  readonly plan: JoinPlan;
  readonly target: string;
  /** Shared memory; not 0 when the thread is to end. Ended from outside it would leave the clip's file open. */
  readonly stop: Int32Array;
}

/** What the thread reports: its progress, and at the end the result or what went wrong. */
export interface JoinMessage {
  readonly percent?: number;
  readonly joined?: Joined;
  readonly fault?: PlainError;
}
