export interface Track {
  readonly id: number;
  readonly kind: 'video' | 'audio' | 'other';
  /** Ticks per second. */
  readonly timescale: number;
  /** What the edit list takes off each time, in ticks. */
  readonly offset: number;
  /** The box `stsd`: codec and decoder settings. */
  readonly description: Buffer;
  /** What the box `tkhd` ends with: layer, volume, orientation and size of the picture. */
  readonly look: Buffer;
  /** The box `hdlr`, and those of `minf` that say nothing about samples. */
  readonly handler: Buffer;
  readonly information: readonly Buffer[];
}

/** Times are ticks of the track, edit list applied. */
export interface Sample {
  /** When it is decoded, and when it is shown. */
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  /** Where in the file it begins, and how many bytes it takes. */
  readonly at: number;
  readonly size: number;
  readonly key: boolean;
}

/** Samples of one track that lie one behind the other in the file. */
export interface SampleRun {
  readonly track: Track;
  /** In the order of decoding; at least one. */
  readonly samples: readonly Sample[];
}

export interface MediaFile {
  readonly tracks: readonly Track[];
  /** Those of one track are in the order of decoding. */
  readonly runs: readonly SampleRun[];
}

/** A file may claim any number of samples without holding them. */
export const MAX_SAMPLES = 200_000;
