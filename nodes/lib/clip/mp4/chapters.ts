import { ascii, box, fullBox, listBox, u16, u32, u64, zeros } from './boxes';
import { IDENTITY, type Movie, type SampleTable } from './movie';

/** A stretch of a clip with a title; seconds of the clip. */
export interface Chapter {
  /** ASCII. */
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** The chapters of a clip: one that begins at T0, and the pre-roll before it; none when it does not reach T0. */
export function clipChapters(t0Offset: number | undefined, duration: number): Chapter[] {
  if (t0Offset === undefined) return [];
  const incident = { title: 'T0', from: t0Offset, to: Math.max(duration, t0Offset + 0.001) };
  return t0Offset > 0 ? [{ title: 'pre-roll', from: 0, to: t0Offset }, incident] : [incident];
}

const TIMESCALE = 1000;
/** Units of Nero's list per second. */
const LIST_UNITS = 10_000_000;

/** A text track as QuickTime has it: no size, one font, no style, since players show titles in their own way. */
const TRACK: SampleTable['track'] = {
  timescale: TIMESCALE,
  look: Buffer.concat([zeros(16), IDENTITY, zeros(8)]),
  handler: fullBox('hdlr', [0, 0], u32(0), ascii('text'), zeros(12), ascii('chapters\0')),
  information: [
    box('gmhd', fullBox('gmin', [0, 0], u16(0x40, 0x8000, 0x8000, 0x8000, 0, 0)), box('text', IDENTITY)),
    box('dinf', listBox('dref', 0, [fullBox('url ', [0, 1])])),
  ],
  description: listBox('stsd', 0, [
    box('text', u32(0, 1, 1), zeros(18), u16(1), zeros(6), box('ftab', u16(1, 1), zeros(1))),
  ]),
};

/**
 * Chapters in the header of an MP4 file: as a track (QuickTime) and as a list (Nero's `chpl`), since players know one
 * or the other.
 * @returns also the samples of the track, with which the media data must begin
 */
export function chapterTrack(chapters: readonly Chapter[]): Pick<Movie, 'chapters'> & { media: Buffer } {
  const last = chapters.at(-1);
  if (!last) return { chapters: undefined, media: zeros(0) };
  const samples = chapters.map(({ title }) => Buffer.concat([u16(title.length), ascii(title)]));
  const times = chapters.map(({ from }) => Math.round(from * TIMESCALE));
  const table: SampleTable = {
    track: TRACK,
    dts: times,
    pts: times,
    sizes: samples.map(({ length }) => length),
    lastDuration: Math.round((last.to - last.from) * TIMESCALE),
    chunks: [{ at: 0, samples: samples.length }],
  };
  const list = chapters.map(({ title, from }) =>
    Buffer.concat([u64(Math.round(from * LIST_UNITS)), Buffer.of(title.length), ascii(title)]),
  );
  const chpl = fullBox('chpl', [1, 0], u32(0), Buffer.of(list.length), ...list);
  return { chapters: { table, marks: box('udta', chpl) }, media: Buffer.concat(samples) };
}
