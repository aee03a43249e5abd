import type { TimeSpan } from '../plan/footage';

/** A stretch that does not play as it should; seconds on the clip's own timeline. */
export interface PlaybackFault extends TimeSpan {
  readonly reason: string;
}

/** A frame that was shown: a line of the filter `showinfo` (ffmpeg-filters). */
const FRAME = /^\[Parsed_showinfo_\d+ @ \w+\] \[info\] n: *\d+ pts:.* pts_time:(-?[\d.]+) .* iskey:(\d)/;
/** With `-loglevel level+info` each line names its level, behind the part of ffmpeg that it comes from. */
const ERROR = /\[(?:error|fatal|panic)\] (.*)/;
/** A warning, but the picture is broken. */
const CORRUPT = /\[warning\].*(corrupt (?:decoded frame|input packet))/;
/** Errors that say nothing of picture or sound: unknown extras, and times in the output. */
const HARMLESS = /SEI type|non monotonically increasing dts/;
/** A picture says that another one is not needed any more, which is missing since decoding began behind it. */
const MISSING_BEFORE = /mmco: unref short failure/;
/** With the B-frames that cameras send a decoder is ahead of what it shows by no more than this many frames. */
const DECODED_AHEAD = 5;

interface OpenFault {
  readonly from: number;
  readonly reason: string;
  /** Frames shown since the last error. */
  frames: number;
}

/**
 * Finds in ffmpeg's log what does not decode, and where. An error carries no time, but stands between the frames that
 * were shown before and after it; what is broken stays so until the next key frame.
 */
export class DecodeLog {
  private readonly closed: PlaybackFault[] = [];
  private open: OpenFault | undefined;

  /** When the last frame was shown, in seconds; undefined before the first one. */
  lastFrame: number | undefined;

  private readonly harmless: readonly RegExp[];

  /**
   * @param start where decoding begins, in seconds
   * @param keyFramesOnly whether all other pictures are left out
   */
  constructor(
    private readonly start: number,
    private readonly keyFramesOnly = false,
  ) {
    this.harmless = start > 0 || keyFramesOnly ? [HARMLESS, MISSING_BEFORE] : [HARMLESS];
  }

  /** Takes a line of ffmpeg's log. @returns whether it was about a frame that was shown */
  add(line: string): boolean {
    const frame = FRAME.exec(line);
    const reason = (ERROR.exec(line) ?? CORRUPT.exec(line))?.[1];
    if (frame) this.frame(Number(frame[1]), frame[2] === '1');
    else if (reason !== undefined && !this.harmless.some((words) => words.test(reason))) this.fail(reason);
    return frame !== null;
  }

  /** Notes that something broke behind the last frame that was shown. */
  fail(reason: string): void {
    this.open ??= { from: this.lastFrame ?? this.start, reason, frames: 0 };
    this.open.frames = 0;
  }

  /**
   * @param end where decoding ended, in seconds
   * @returns what did not decode, in the order of time
   */
  faults(end: number): readonly PlaybackFault[] {
    return this.open ? [...this.closed, closed(this.open, end)] : this.closed;
  }

  private frame(time: number, isKey: boolean): void {
    if (this.open && isKey && this.open.frames >= (this.keyFramesOnly ? 1 : DECODED_AHEAD)) {
      this.closed.push(closed(this.open, time));
      this.open = undefined;
    }
    if (this.open) this.open.frames += 1;
    this.lastFrame = time;
  }
}

function closed({ from, reason }: OpenFault, to: number): PlaybackFault {
  return { from, to: Math.max(from, to), reason };
}
