import { box, fullBox, listBox, u16, u32, u32List, u64, zeros } from './boxes';
import type { Track } from './media';

/** The samples of one track on the clip's timeline, in the order of decoding; times are ticks of the track. */
export interface SampleTable {
  readonly track: Pick<Track, 'timescale' | 'look' | 'handler' | 'information' | 'description'>;
  readonly dts: readonly number[];
  readonly pts: readonly number[];
  /** Bytes. */
  readonly sizes: readonly number[];
  /** How long the last sample is shown. */
  readonly lastDuration: number;
  /** Numbers of the key frames, from 1; undefined where every sample is one. */
  readonly keys?: readonly number[] | undefined;
  /** Samples that lie one behind the other: where they begin in the media data, and how many they are. */
  readonly chunks: readonly { readonly at: number; readonly samples: number }[];
}

export interface Movie {
  /** Picture and sound. */
  readonly tables: readonly SampleTable[];
  /** Titles of the chapters as a track, and the box `udta` that tells them once more. */
  readonly chapters?: { readonly table: SampleTable; readonly marks: Buffer } | undefined;
  /** When the recording began, Unix seconds. */
  readonly began: number;
}

/** Seconds from 1904-01-01, where the clock of MP4 begins, to 1970-01-01. */
const EPOCH_1904 = 2_082_844_800;
/** Ticks per second of the movie: as in RTP, so that usual frames take whole ones. */
const TIMESCALE = 90_000;
/** 1 as a fixed-point number of 16.16 and of 8.8 bits. */
const ONE = 0x10000;
const ONE_8 = 0x100;
const UNDETERMINED_LANGUAGE = 0x55c4;
/** Flags of a track: enabled, and in the movie. */
const SHOWN = 3;
const NOT_SHOWN = 2;

/** Neither turned nor scaled. */
export const IDENTITY = u32(ONE, 0, 0, 0, ONE, 0, 0, 0, 0x40000000);

/**
 * Writes the header `moov` of a finished MP4 file (ISO/IEC 14496-12).
 * @param mediaAt where the media data begins in the file; the header's length does not depend on it
 */
export function movieHeader({ tables, chapters, began }: Movie, mediaAt: number): Buffer {
  const created = Math.floor(began) + EPOCH_1904;
  const chapterId = tables.length + 1;
  const length = Math.max(...tables.map((table) => movieTicks(table, shownUntil(table))));
  const mvhd = fullBox(
    'mvhd',
    [1, 0],
    ...[u64(created, created), u32(TIMESCALE), u64(length), u32(ONE), u16(ONE_8), zeros(10), IDENTITY],
    ...[zeros(24), u32(chapterId + 1)],
  );
  const reference = chapters ? [box('tref', box('chap', u32(chapterId)))] : [];
  return box(
    'moov',
    mvhd,
    ...tables.map((table, i) => trak(table, { id: i + 1, flags: SHOWN, created, mediaAt }, reference)),
    ...(chapters
      ? [trak(chapters.table, { id: chapterId, flags: NOT_SHOWN, created, mediaAt }, []), chapters.marks]
      : []),
  );
}

interface TrackPlace {
  readonly id: number;
  readonly flags: number;
  readonly created: number;
  readonly mediaAt: number;
}

function trak(table: SampleTable, { id, flags, created, mediaAt }: TrackPlace, reference: readonly Buffer[]) {
  const { track, dts, lastDuration } = table;
  const shown = movieTicks(table, shownUntil(table));
  const tkhd = fullBox('tkhd', [1, flags], u64(created, created), u32(id, 0), u64(shown), track.look);
  const length = (dts.at(-1) ?? 0) + lastDuration - (dts.at(0) ?? 0);
  const language = u16(UNDETERMINED_LANGUAGE, 0);
  const mdhd = fullBox('mdhd', [1, 0], u64(created, created), u32(track.timescale), u64(length), language);
  const minf = box('minf', ...track.information, stbl(table, mediaAt));
  return box('trak', tkhd, edits(table), ...reference, box('mdia', mdhd, track.handler, minf));
}

/** What lies before 0 on the clip's timeline is decoded and not shown; what begins later waits until then. */
function edits(table: SampleTable): Buffer {
  const begin = Math.max(0, shownFrom(table));
  const wait = movieTicks(table, begin);
  const length = movieTicks(table, shownUntil(table)) - wait;
  const edit = (duration: number, mediaTime: number) => Buffer.concat([u64(duration, mediaTime), u32(ONE)]);
  return box(
    'edts',
    listBox('elst', 1, [...(wait > 0 ? [edit(wait, -1)] : []), edit(length, begin - (table.dts.at(0) ?? 0))]),
  );
}

function stbl({ track, dts, pts, sizes, lastDuration, keys, chunks }: SampleTable, mediaAt: number): Buffer {
  const durations = dts.map((time, i) => (dts[i + 1] ?? time + lastDuration) - time);
  const delays = pts.map((time, i) => time - (dts[i] ?? time));
  const counted = (values: readonly number[]) => runs(values).map(({ value, count }) => u32(count, value));
  const perChunk = runs(chunks.map(({ samples }) => samples)).map(({ value, at }) => u32(at + 1, value, 1));
  const offsets = chunks.map(({ at }) => u64(mediaAt + at));
  return box(
    'stbl',
    track.description,
    listBox('stts', 0, counted(durations)),
    // Version 1 has signed delays.
    ...(delays.some((delay) => delay !== 0) ? [listBox('ctts', 1, counted(delays))] : []),
    ...(keys ? [fullBox('stss', [0, 0], u32(keys.length), u32List(keys))] : []),
    listBox('stsc', 0, perChunk),
    fullBox('stsz', [0, 0], u32(0, sizes.length), u32List(sizes)),
    listBox('co64', 0, offsets),
  );
}

interface Run {
  readonly value: number;
  /** Position of the first one. */
  readonly at: number;
  count: number;
}

/** Counts equal values behind each other. */
function runs(values: readonly number[]): Run[] {
  const found: Run[] = [];
  for (const [at, value] of values.entries()) {
    const last = found.at(-1);
    if (last?.value === value) last.count += 1;
    else found.push({ value, at, count: 1 });
  }
  return found;
}

function shownFrom({ pts }: SampleTable): number {
  return pts.reduce((first, time) => Math.min(first, time), Infinity);
}

function shownUntil({ pts, lastDuration }: SampleTable): number {
  return pts.reduce((last, time) => Math.max(last, time), -Infinity) + lastDuration;
}

function movieTicks({ track }: SampleTable, ticks: number): number {
  return Math.round((ticks * TIMESCALE) / track.timescale);
}
