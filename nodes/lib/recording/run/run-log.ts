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
  /** Whether it can be decoded without another. */
  readonly isKey: boolean;
}

/** A packet of sound has come: a line of the sound log (ffmpeg-formats, "framehash", hash CRC32). */
export interface SoundLine {
  readonly kind: 'sound';
}

const SEGMENT = /^(\d+\.mp4),(-?[\d.]+),(-?[\d.]+)$/;
const TIME_BASE = /^#tb 0: (\d+)\/(\d+)$/;
const MEDIA_TYPE = /^#media_type 0: (\w+)$/;
/** framecrc writes its sum as 0x…, framehash without; flags stand there only when they are not those of a key frame. */
const FRAME = /^0, *(-?\d+), *(-?\d+),.*?, 0x[\da-f]{8}(?:, F=0x([\dA-F]+))?/;
const SOUND = /^0, .*, *[\da-f]{8}(?:,|$)/;
/** AV_PKT_FLAG_KEY of libavcodec/packet.h. */
const KEY_FLAG = 1;

/** Reads what a recorder's ffmpeg prints, line by line: the segment list, the frame log and the sound log. */
export class RunLogReader {
  private timeBase = 0;
  /** Of the log whose head is being read. */
  private headTimeBase = 0;

  /** @returns undefined for a line that says neither */
  read(line: string): SegmentLine | FrameLine | SoundLine | undefined {
    const frame = FRAME.exec(line);
    if (frame) {
      const flags = frame[3] ? parseInt(frame[3], 16) : KEY_FLAG;
      const times = this.times(Number(frame[1]), Number(frame[2]));
      return { kind: 'frame', times, isKey: (flags & KEY_FLAG) !== 0 };
    }
    if (SOUND.test(line)) return { kind: 'sound' };
    const [, file, start, end] = SEGMENT.exec(line) ?? [];
    if (file !== undefined) return { kind: 'segment', file, start: Number(start), end: Number(end) };
    this.readHead(line);
    return undefined;
  }

  private readHead(line: string): void {
    const base = TIME_BASE.exec(line);
    if (base) this.headTimeBase = Number(base[1]) / Number(base[2]);
    if (this.timeBase === 0) this.timeBase = this.headTimeBase;
    if (MEDIA_TYPE.exec(line)?.[1] === 'video') this.timeBase = this.headTimeBase;
  }

  private times(dts: number, pts: number): FrameTimes | undefined {
    // A missing time stamp is the smallest 64-bit number.
    if (!Number.isSafeInteger(dts) || !Number.isSafeInteger(pts)) return undefined;
    return { dts: dts * this.timeBase, pts: pts * this.timeBase };
  }
}
