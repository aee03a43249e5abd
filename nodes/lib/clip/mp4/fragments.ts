import type { FileBox, FileHeads } from './file-heads';
import { MAX_SAMPLES, type Sample, type SampleRun, type Track } from './media';
import { child, children, flagsAt, versionAt, type Box } from './read-boxes';

interface SampleDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

interface Movie {
  readonly tracks: readonly Track[];
  readonly defaults: ReadonlyMap<number, SampleDefaults>;
  /** How many samples have been found. */
  samples: number;
}

const BASE_IS_MOOF = 0x020000;
/** sample_is_non_sync_sample, and sample_depends_on others. */
const NOT_KEY = 0x01010000;

/**
 * The samples of the movie fragments (ISO/IEC 14496-12, 8.8): each `moof` describes the `mdat` behind it.
 * @throws RangeError when they are not of the simple kind that recorders write
 */
export function runsOfFragments({ data, boxes, size }: FileHeads, tracks: readonly Track[]): SampleRun[] {
  const moov = boxes.find(({ type }) => type === 'moov');
  const mvex = moov && children(data, moov, 'mvex').at(0);
  if (!mvex) return [];
  const movie = { tracks, defaults: defaultsOf(data, mvex), samples: 0 };
  return boxes.flatMap((moof, i) => {
    if (moof.type !== 'moof') return [];
    const mdat = boxes.at(i + 1);
    // The file breaks off between the two.
    if (!mdat) return [];
    if (mdat.type !== 'mdat') throw new RangeError('A fragment has no media data');
    const runs = children(data, moof, 'traf').flatMap((traf) => runsOfTrack(data, moof, traf, movie));
    for (const run of runs) assertInside(run, mdat, mdat.endsAt === size);
    return runs;
  });
}

function assertInside({ samples }: SampleRun, mdat: FileBox, breaksOff: boolean): void {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (!first || !last) return;
  const body = mdat.at + mdat.body - mdat.start;
  if (first.at < body || (last.at + last.size > mdat.endsAt && !breaksOff)) {
    throw new RangeError('A sample is not in the media data');
  }
}

function defaultsOf(data: Buffer, mvex: Box): ReadonlyMap<number, SampleDefaults> {
  const list = children(data, mvex, 'trex').map(({ body }) => {
    const field = (at: number) => data.readUInt32BE(body + at);
    return [field(4), { duration: field(12), size: field(16), flags: field(20) }] as const;
  });
  return new Map(list);
}

function runsOfTrack(data: Buffer, moof: FileBox, traf: Box, movie: Movie): SampleRun[] {
  const tfhd = child(data, traf, 'tfhd');
  const tfdt = child(data, traf, 'tfdt');
  const flags = flagsAt(data, tfhd);
  const track = movie.tracks.find(({ id }) => id === data.readUInt32BE(tfhd.body + 4));
  const general = track && movie.defaults.get(track.id);
  if (!general || (flags & BASE_IS_MOOF) === 0 || (flags & 1) !== 0) {
    throw new RangeError('A fragment is not of the simple kind');
  }
  const field = fieldReader(data, flags, tfhd.body + 8 + (flags & 2 ? 4 : 0));
  const defaults = {
    duration: field(8, general.duration),
    size: field(0x10, general.size),
    flags: field(0x20, general.flags),
  };
  const long = versionAt(data, tfdt) === 1;
  const begin = long ? Number(data.readBigUInt64BE(tfdt.body + 4)) : data.readUInt32BE(tfdt.body + 4);
  let dts = begin - track.offset;
  return children(data, traf, 'trun').flatMap((trun) => {
    if ((flagsAt(data, trun) & 1) === 0) throw new RangeError('A track run does not say where its data is');
    movie.samples += data.readUInt32BE(trun.body + 4);
    if (movie.samples > MAX_SAMPLES) throw new RangeError('There are too many samples');
    const begin = { dts, at: moof.at + data.readInt32BE(trun.body + 8) };
    const samples = samplesOf(data, trun, begin, defaults);
    const last = samples.at(-1);
    if (!last) return [];
    dts = last.dts + last.duration;
    return [{ track, samples }];
  });
}

/** Reads a track run (8.8.8): its flags say which fields each sample has. */
function samplesOf(
  data: Buffer,
  trun: Box,
  begin: Pick<Sample, 'dts' | 'at'>,
  defaults: SampleDefaults,
): Sample[] {
  const flags = flagsAt(data, trun);
  const count = data.readUInt32BE(trun.body + 4);
  const field = fieldReader(data, flags, trun.body + 12);
  const firstFlags = field(4, defaults.flags);
  const samples: Sample[] = [];
  let { dts, at } = begin;
  for (let i = 0; i < count; i += 1) {
    const duration = field(0x100, defaults.duration);
    const size = field(0x200, defaults.size);
    const own = field(0x400, i === 0 ? firstFlags : defaults.flags);
    // Signed, whatever the version says: recorders write no larger ones.
    const pts = dts + (field(0x800, 0) | 0);
    samples.push({ dts, pts, duration, at, size, key: (own & NOT_KEY) === 0 });
    dts += duration;
    at += size;
  }
  return samples;
}

/** Reads consecutive 32-bit fields; flags say which of them are there. */
function fieldReader(data: Buffer, flags: number, start: number) {
  let at = start;
  return (present: number, fallback: number): number => {
    if ((flags & present) === 0) return fallback;
    at += 4;
    return data.readUInt32BE(at - 4);
  };
}
