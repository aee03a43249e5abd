import type { PicturePart } from './options';
import type { SourceSample, SourceTrack } from './source-file';
import { isRange, type ByteRange, type TrackTable, type Unit } from './track-table';

/** Key frames closer than this to a moment, in seconds, are at it. */
const SAME_FRAME = 0.002;

/** Adds the pictures of a part to the clip's table. */
export function pictureUnits(table: TrackTable, source: SourceTrack, part: PicturePart): Unit[] {
  const { timescale } = source.track;
  const { shift } = part;
  const isWanted = choice(source, part);
  const units: Unit[] = [];
  let position = 0;
  for (const run of source.runs) {
    const start = position;
    const samples = run.filter((sample, i) => isWanted(sample, start + i));
    position += run.length;
    const [first] = samples;
    if (!first) continue;
    for (const { dts, pts, duration, size, key } of samples) {
      const times = { dts: dts / timescale + shift, pts: pts / timescale + shift };
      table.add({ ...times, duration: duration / timescale, size, key });
    }
    const time = first.dts / timescale + shift;
    units.push({ table, samples: samples.length, time, bytes: bytesOf(samples) });
  }
  return units;
}

/** Those of a part that are decoded, from the key frame to the last picture that is shown before the end. */
export function wantedSamples(source: SourceTrack, part: PicturePart): SourceSample[] {
  return source.runs.flat().filter(choice(source, part));
}

function choice(
  { track, runs }: SourceTrack,
  { inpoint, outpoint, entry }: PicturePart,
): (sample: SourceSample, position: number) => boolean {
  const seconds = (ticks: number) => ticks / track.timescale;
  const all = runs.flat();
  const isFirst = ({ key, pts }: SourceSample) =>
    key && (inpoint === undefined || Math.abs(seconds(pts) - inpoint) < SAME_FRAME);
  // A file may begin with what came before its first key frame.
  const begin = entry || inpoint !== undefined ? Math.max(0, all.findIndex(isFirst)) : 0;
  const end =
    outpoint === undefined
      ? all.length
      : all.findLastIndex(({ pts }) => seconds(pts) < outpoint - 0.5 / track.timescale) + 1;
  const shownFrom = (entry ? all.at(begin)?.pts : undefined) ?? -Infinity;
  return ({ pts }, position) => position >= begin && position < end && pts >= shownFrom;
}

/** Where the bytes of samples come from; ranges that follow each other are one. */
export function bytesOf(samples: readonly SourceSample[]): (ByteRange | Buffer)[] {
  const bytes: (ByteRange | Buffer)[] = [];
  const addRange = (start: number, end: number) => {
    const last = bytes.at(-1);
    if (last && isRange(last) && last.end === start) bytes[bytes.length - 1] = { start: last.start, end };
    else if (end > start) bytes.push({ start, end });
  };
  for (const { at, size, insert, content } of samples) {
    if (content) bytes.push(content);
    else if (insert) {
      addRange(at, at + insert.at);
      bytes.push(insert.bytes);
      addRange(at + insert.at, at + size - insert.bytes.length);
    } else addRange(at, at + size);
  }
  return bytes;
}
