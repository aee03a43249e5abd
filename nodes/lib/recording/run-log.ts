/** A segment has closed: a line of the segment list (ffmpeg-formats, "segment", type csv). */
export interface SegmentLine {
  readonly kind: 'segment';
  /** File name without directory. */
  readonly file: string;
  /** Time stamps in seconds since the start of the run. */
  readonly start: number;
  readonly end: number;
}

/** Time stamps of a frame in seconds on the same scale: when it is decoded, and when it is shown. */
export interface FrameTimes {
  readonly dts: number;
  readonly pts: number;
}

/** A frame has come from the camera: a line of the frame log (ffmpeg-formats, "framecrc"). */
export interface FrameLine {
  readonly kind: 'frame';
  /** Undefined for a frame without time stamps. */
  readonly times: FrameTimes | undefined;
}

const SEGMENT = /^(\d+\.mp4),(-?[\d.]+),(-?[\d.]+)$/;
const TIME_BASE = /^#tb 0: (\d+)\/(\d+)$/;
const FRAME = /^0, *(-?\d+), *(-?\d+),/;

/** Reads what a recorder's ffmpeg prints: the segment list and the frame log, line by line. */
export class RunLogReader {
  private timeBase = 0;

  /** @returns undefined for a line that says neither */
  read(line: string): SegmentLine | FrameLine | undefined {
    const frame = FRAME.exec(line);
    if (frame) return { kind: 'frame', times: this.times(Number(frame[1]), Number(frame[2])) };
    const segment = SEGMENT.exec(line);
    if (segment)
      return { kind: 'segment', file: segment[1], start: Number(segment[2]), end: Number(segment[3]) };
    const base = TIME_BASE.exec(line);
    if (base) this.timeBase = Number(base[1]) / Number(base[2]);
    return undefined;
  }

  private times(dts: number, pts: number): FrameTimes | undefined {
    // A missing time stamp is the smallest 64-bit number.
    if (!Number.isSafeInteger(dts) || !Number.isSafeInteger(pts)) return undefined;
    return { dts: dts * this.timeBase, pts: pts * this.timeBase };
  }
}
