/** Reads fragmented MP4 (ISO/IEC 14496-12) as recorders write it, in a thousandth of the time that ffprobe takes. */

/** A box: its type, and where in the data it begins, where what it holds begins, and where it ends. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

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
  /** The box `hdlr`, and those of `minf` that tell nothing of samples. */
  readonly handler: Buffer;
  readonly information: readonly Buffer[];
}

/** Times are ticks of the track, edit list applied. */
export interface Sample {
  /** When it is decoded, and when it is shown. */
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  /** Bytes. */
  readonly size: number;
  readonly key: boolean;
}

/** What a fragment holds of one track. */
export interface TrackFragment {
  readonly track: Track;
  /** Where in the data its samples lie, one behind the other. */
  readonly dataAt: number;
  /** In the order of decoding. */
  readonly samples: readonly Sample[];
}

/** A movie fragment: what `moof` tells of the `mdat` behind it. */
export interface Fragment {
  readonly tracks: readonly TrackFragment[];
}

export interface FragmentedFile {
  readonly tracks: readonly Track[];
  readonly fragments: readonly Fragment[];
}

/** A file may claim any number of samples without holding them, and hold any number of empty boxes. */
const MAX_SAMPLES = 200_000;
const MAX_BOXES = 100_000;
const LOOK_BYTES = 60;
const BASE_IS_MOOF = 0x020000;
/** sample_is_non_sync_sample, and sample_depends_on others. */
const NOT_KEY = 0x01010000;

/**
 * Finds tracks, fragments and samples.
 * @returns undefined when it is no whole fragmented file of the simple kind that recorders write; ffprobe may know it
 */
export function parseFragmented(data: Buffer): FragmentedFile | undefined {
  try {
    const boxes = boxesIn(data, 0, data.length);
    const moov = boxes.find(({ type }) => type === 'moov');
    if (!moov) return undefined;
    const tracks = tracksOf(data, moov);
    const movie = { tracks, defaults: defaultsOf(data, moov), samples: 0 };
    const fragments = boxes.flatMap((box, i) => {
      if (box.type !== 'moof') return [];
      if (boxes.at(i + 1)?.type !== 'mdat') throw new RangeError('A fragment has no media data');
      return [fragmentOf(data, box, boxes[i + 1], movie)];
    });
    return fragments.length === 0 ? undefined : { tracks, fragments };
  } catch (error) {
    // Beyond the end of the data, or not of the simple kind.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Reads the head of a box.
 * @throws RangeError when the data ends before it does
 */
export function boxAt(data: Buffer, start: number): Box {
  const size = data.readUInt32BE(start);
  const large = size === 1;
  const end = start + (large ? Number(data.readBigUInt64BE(start + 8)) : size);
  return { type: data.toString('latin1', start + 4, start + 8), start, body: start + (large ? 16 : 8), end };
}

function boxesIn(data: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start < to;) {
    const box = boxAt(data, start);
    if (box.end < box.body || box.end > to) throw new RangeError('A box is longer than what holds it');
    if (boxes.length === MAX_BOXES) throw new RangeError('There are too many boxes');
    boxes.push(box);
    start = box.end;
  }
  return boxes;
}

function children(data: Buffer, { body, end }: Box, type: string): Box[] {
  return boxesIn(data, body, end).filter((box) => box.type === type);
}

/** The one box at a path below another. */
function child(data: Buffer, parent: Box, ...path: readonly string[]): Box {
  let box = parent;
  for (const type of path) {
    const found = children(data, box, type);
    if (found.length !== 1) throw new RangeError(`There is not one ${type}`);
    box = found[0];
  }
  return box;
}

function tracksOf(data: Buffer, moov: Box): Track[] {
  const movieTimescale = timescaleOf(data, child(data, moov, 'mvhd'));
  return children(data, moov, 'trak').map((trak) => {
    const tkhd = child(data, trak, 'tkhd');
    const hdlr = child(data, trak, 'mdia', 'hdlr');
    const minf = child(data, trak, 'mdia', 'minf');
    const bytes = ({ start, end }: Box) => data.subarray(start, end);
    const timescale = timescaleOf(data, child(data, trak, 'mdia', 'mdhd'));
    const handler = data.toString('latin1', hdlr.body + 8, hdlr.body + 12);
    return {
      id: data.readUInt32BE(tkhd.body + (data[tkhd.body] === 1 ? 20 : 12)),
      kind: handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : 'other',
      timescale,
      offset: editOffset(data, trak, timescale / movieTimescale),
      description: bytes(child(data, minf, 'stbl', 'stsd')),
      look: data.subarray(tkhd.end - LOOK_BYTES, tkhd.end),
      handler: bytes(hdlr),
      information: boxesIn(data, minf.body, minf.end)
        .filter(({ type }) => type !== 'stbl')
        .map(bytes),
    };
  });
}

/** Of `mvhd` or `mdhd`. */
function timescaleOf(data: Buffer, { body }: Box): number {
  const timescale = data.readUInt32BE(body + (data[body] === 1 ? 20 : 12));
  if (timescale === 0) throw new RangeError('There are no ticks');
  return timescale;
}

/** An edit list of recorders waits (media time -1) and then begins somewhere in the media; others are not for us. */
function editOffset(data: Buffer, trak: Box, ticksPerMovieTick: number): number {
  const edts = children(data, trak, 'edts').at(0);
  if (!edts) return 0;
  const { body } = child(data, edts, 'elst');
  const long = data[body] === 1;
  const count = data.readUInt32BE(body + 4);
  let offset = 0;
  for (let i = 0; i < count; i += 1) {
    const at = body + 8 + i * (long ? 20 : 12);
    const duration = long ? Number(data.readBigUInt64BE(at)) : data.readUInt32BE(at);
    const begin = long ? Number(data.readBigInt64BE(at + 8)) : data.readInt32BE(at + 4);
    const last = i === count - 1;
    if (last ? begin < 0 : i > 0 || begin !== -1) throw new RangeError('The edit list is not simple');
    offset += last ? begin : -Math.round(duration * ticksPerMovieTick);
  }
  return offset;
}

interface SampleDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

function defaultsOf(data: Buffer, moov: Box): ReadonlyMap<number, SampleDefaults> {
  const list = children(data, child(data, moov, 'mvex'), 'trex').map(({ body }) => {
    const [duration, size, flags] = [12, 16, 20].map((at) => data.readUInt32BE(body + at));
    const defaults = { duration, size, flags };
    return [data.readUInt32BE(body + 4), defaults] as const;
  });
  return new Map(list);
}

interface Movie {
  readonly tracks: readonly Track[];
  readonly defaults: ReadonlyMap<number, SampleDefaults>;
  /** How many have been found. */
  samples: number;
}

function fragmentOf(data: Buffer, moof: Box, mdat: Box, movie: Movie): Fragment {
  const tracks = children(data, moof, 'traf').map((traf) => trackFragmentOf(data, moof, traf, movie));
  for (const { dataAt, samples } of tracks) {
    const end = samples.reduce((at, { size }) => at + size, dataAt);
    if (dataAt < mdat.body || end > mdat.end) throw new RangeError('A sample is not in the media data');
  }
  return { tracks };
}

function trackFragmentOf(data: Buffer, moof: Box, traf: Box, movie: Movie): TrackFragment {
  const tfhd = child(data, traf, 'tfhd').body;
  const tfdt = child(data, traf, 'tfdt').body;
  const trun = child(data, traf, 'trun').body;
  const flags = flagsAt(data, tfhd);
  const track = movie.tracks.find(({ id }) => id === data.readUInt32BE(tfhd + 4));
  const general = track && movie.defaults.get(track.id);
  const simple = (flags & BASE_IS_MOOF) !== 0 && (flags & 1) === 0 && (flagsAt(data, trun) & 1) !== 0;
  if (!general || !simple || data[tfdt] !== 1) throw new RangeError('A fragment is not of the simple kind');
  const field = fieldReader(data, flags, tfhd + 8 + (flags & 2 ? 4 : 0));
  const own = {
    duration: field(8, general.duration),
    size: field(0x10, general.size),
    flags: field(0x20, general.flags),
  };
  const begin = Number(data.readBigUInt64BE(tfdt + 4)) - track.offset;
  const dataAt = moof.start + data.readInt32BE(trun + 8);
  movie.samples += data.readUInt32BE(trun + 4);
  if (movie.samples > MAX_SAMPLES) throw new RangeError('There are too many samples');
  return { track, dataAt, samples: samplesOf(data, trun, begin, own) };
}

/** Reads a track run (8.8.8): which fields each sample has is told by the flags. */
function samplesOf(data: Buffer, trun: number, begin: number, defaults: SampleDefaults): Sample[] {
  const flags = flagsAt(data, trun);
  const count = data.readUInt32BE(trun + 4);
  const field = fieldReader(data, flags, trun + 12);
  const firstFlags = field(4, defaults.flags);
  const samples: Sample[] = [];
  let dts = begin;
  for (let i = 0; i < count; i += 1) {
    const duration = field(0x100, defaults.duration);
    const size = field(0x200, defaults.size);
    const own = field(0x400, i === 0 ? firstFlags : defaults.flags);
    // Signed, whatever the version says: recorders write no larger ones.
    const pts = dts + (field(0x800, 0) | 0);
    samples.push({ dts, pts, duration, size, key: (own & NOT_KEY) === 0 });
    dts += duration;
  }
  return samples;
}

/** Reads 32-bit fields behind each other of which flags tell whether they are there. */
function fieldReader(data: Buffer, flags: number, start: number) {
  let at = start;
  return (present: number, fallback: number): number => {
    if ((flags & present) === 0) return fallback;
    at += 4;
    return data.readUInt32BE(at - 4);
  };
}

function flagsAt(data: Buffer, body: number): number {
  return data.readUIntBE(body + 1, 3);
}
