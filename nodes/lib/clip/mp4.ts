/** Reads fragmented MP4 (ISO/IEC 14496-12) as recorders write it, in a thousandth of the time that ffprobe takes. */

/** A box: its type, and where in the data it begins, where what it holds begins, and where it ends. */
interface Box {
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
}

/** Times are ticks of the track, edit list applied. */
export interface Sample {
  readonly pts: number;
  readonly duration: number;
  readonly key: boolean;
}

/** What a fragment holds of one track. */
export interface TrackFragment {
  readonly track: Track;
  /** Where in the data the 64-bit decode time of the first sample stands. */
  readonly decodeTimeAt: number;
  /** Where in the data the number of samples stands. */
  readonly countAt: number;
  /** In the order of decoding. */
  readonly samples: readonly Sample[];
}

/** A movie fragment with its media data: `moof` and `mdat`. */
export interface Fragment {
  readonly start: number;
  readonly end: number;
  readonly tracks: readonly TrackFragment[];
}

export interface FragmentedFile {
  /** `ftyp` and `moov`. */
  readonly head: Buffer;
  readonly tracks: readonly Track[];
  readonly fragments: readonly Fragment[];
}

/** A file may claim any number of samples without holding them. */
const MAX_SAMPLES = 200_000;
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
    const ftyp = boxes.find(({ type }) => type === 'ftyp');
    if (!moov || !ftyp) return undefined;
    const tracks = tracksOf(data, moov);
    const defaults = defaultsOf(data, moov);
    const fragments = boxes.flatMap((box, i) => {
      if (box.type !== 'moof') return [];
      if (boxes.at(i + 1)?.type !== 'mdat') throw new RangeError('A fragment has no media data');
      return [fragmentOf(data, box, boxes[i + 1].end, { tracks, defaults })];
    });
    const head = Buffer.concat([ftyp, moov].map(({ start, end }) => data.subarray(start, end)));
    return fragments.length === 0 ? undefined : { head, tracks, fragments };
  } catch (error) {
    // Beyond the end of the data, or not of the simple kind.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function boxesIn(data: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start < to;) {
    const size = data.readUInt32BE(start);
    const large = size === 1;
    const body = start + (large ? 16 : 8);
    const end = start + (large ? Number(data.readBigUInt64BE(start + 8)) : size);
    if (end < body || end > to) throw new RangeError('A box is longer than what holds it');
    boxes.push({ type: data.toString('latin1', start + 4, start + 8), start, body, end });
    start = end;
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
    const stsd = child(data, trak, 'mdia', 'minf', 'stbl', 'stsd');
    const timescale = timescaleOf(data, child(data, trak, 'mdia', 'mdhd'));
    const handler = data.toString('latin1', hdlr.body + 8, hdlr.body + 12);
    return {
      id: data.readUInt32BE(tkhd.body + (data[tkhd.body] === 1 ? 20 : 12)),
      kind: handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : 'other',
      timescale,
      offset: editOffset(data, trak, timescale / movieTimescale),
      description: data.subarray(stsd.start, stsd.end),
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
  readonly flags: number;
}

function defaultsOf(data: Buffer, moov: Box): ReadonlyMap<number, SampleDefaults> {
  const list = children(data, child(data, moov, 'mvex'), 'trex').map(({ body }) => {
    const defaults = { duration: data.readUInt32BE(body + 12), flags: data.readUInt32BE(body + 20) };
    return [data.readUInt32BE(body + 4), defaults] as const;
  });
  return new Map(list);
}

interface Movie {
  readonly tracks: readonly Track[];
  readonly defaults: ReadonlyMap<number, SampleDefaults>;
}

function fragmentOf(data: Buffer, moof: Box, end: number, movie: Movie): Fragment {
  const tracks = children(data, moof, 'traf').map((traf) => trackFragmentOf(data, traf, movie));
  return { start: moof.start, end, tracks };
}

function trackFragmentOf(data: Buffer, traf: Box, { tracks, defaults }: Movie): TrackFragment {
  const tfhd = child(data, traf, 'tfhd').body;
  const tfdt = child(data, traf, 'tfdt').body;
  const trun = child(data, traf, 'trun').body;
  const flags = flagsAt(data, tfhd);
  const track = tracks.find(({ id }) => id === data.readUInt32BE(tfhd + 4));
  const general = track && defaults.get(track.id);
  const movable = (flags & BASE_IS_MOOF) !== 0 && (flags & 1) === 0 && data[tfdt] === 1;
  if (!general || !movable) throw new RangeError('A fragment cannot be moved');
  let at = tfhd + 8 + (flags & 2 ? 4 : 0);
  const own = { ...general };
  if (flags & 8) own.duration = data.readUInt32BE(at);
  at += (flags & 8 ? 4 : 0) + (flags & 0x10 ? 4 : 0);
  if (flags & 0x20) own.flags = data.readUInt32BE(at);
  const begin = Number(data.readBigUInt64BE(tfdt + 4)) - track.offset;
  return {
    track,
    decodeTimeAt: tfdt + 4,
    countAt: trun + 4,
    samples: samplesOf(data, trun, begin, own),
  };
}

/** Reads a track run (8.8.8): which fields each sample has is told by the flags. */
function samplesOf(data: Buffer, trun: number, begin: number, defaults: SampleDefaults): Sample[] {
  const flags = flagsAt(data, trun);
  const count = data.readUInt32BE(trun + 4);
  if (count > MAX_SAMPLES) throw new RangeError('There are too many samples');
  let at = trun + 8 + (flags & 1 ? 4 : 0);
  const firstFlags = flags & 4 ? data.readUInt32BE(at) : undefined;
  at += flags & 4 ? 4 : 0;
  const field = (present: number, read: (at: number) => number, fallback: number) => {
    if ((flags & present) === 0) return fallback;
    at += 4;
    return read(at - 4);
  };
  const unsigned = (position: number) => data.readUInt32BE(position);
  const samples: Sample[] = [];
  let dts = begin;
  for (let i = 0; i < count; i += 1) {
    const duration = field(0x100, unsigned, defaults.duration);
    field(0x200, unsigned, 0);
    const own = field(0x400, unsigned, (i === 0 ? firstFlags : undefined) ?? defaults.flags);
    const pts = dts + field(0x800, (position) => data.readInt32BE(position), 0);
    samples.push({ pts, duration, key: (own & NOT_KEY) === 0 });
    dts += duration;
  }
  return samples;
}

function flagsAt(data: Buffer, body: number): number {
  return data.readUIntBE(body + 1, 3);
}
