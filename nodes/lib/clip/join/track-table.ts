import type { Track } from '../mp4/media';
import type { SampleTable } from '../mp4/movie';

/** Bytes of a file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export function isRange(piece: ByteRange | Buffer): piece is ByteRange {
  return !Buffer.isBuffer(piece);
}

/** Samples of one track that stand one behind the other in the clip. */
export interface Unit {
  readonly table: TrackTable;
  readonly samples: number;
  /** When the first of them is decoded, in seconds of the clip. */
  readonly time: number;
  /** Where their bytes come from, in this order: from the part's file, or given here. */
  readonly bytes: readonly (ByteRange | Buffer)[];
}

/** A sample to be added; times are seconds of the clip. */
export interface ClipSample {
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  readonly size: number;
  readonly key: boolean;
}

/** Collects the samples of a track of the clip. */
export class TrackTable implements SampleTable {
  readonly dts: number[] = [];
  readonly pts: number[] = [];
  readonly sizes: number[] = [];
  readonly keys: number[] | undefined;
  readonly chunks: { at: number; samples: number }[] = [];
  lastDuration = 0;

  constructor(readonly track: Track) {
    this.keys = track.kind === 'video' ? [] : undefined;
  }

  add({ dts, pts, size, duration, key }: ClipSample): void {
    // Where recordings join, times of decoding may overlap; pictures are shown when they were taken all the same.
    const decoded = Math.max(this.ticks(dts), (this.dts.at(-1) ?? -Infinity) + 1);
    this.dts.push(decoded);
    this.pts.push(this.keys ? this.ticks(pts) : decoded);
    this.sizes.push(size);
    this.lastDuration = this.ticks(duration);
    if (key) this.keys?.push(this.dts.length);
  }

  /** When the last sample ends, in seconds of the clip. */
  get end(): number {
    const last = this.pts.reduce((latest, time) => Math.max(latest, time), -Infinity);
    return (last + this.lastDuration) / this.track.timescale;
  }

  private ticks(seconds: number): number {
    return Math.round(seconds * this.track.timescale);
  }
}
