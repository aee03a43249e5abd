import type { PicturePart } from './options';
import type { PlacedSample, SourceTrack } from './source-file';
import { isRange, type ByteRange, type TrackTable, type Unit } from './track-table';

/** Key frames closer than this to a moment, in seconds, are at it. */
const SAME_FRAME = 0.002;

/** Adds the pictures of a part to the clip's table. */
export function pictureUnits(table: TrackTable, source: SourceTrack, part: PicturePart): Unit[] {
  const { timescale } = source.track;
  const seconds = (ticks: number) => ticks / timescale;
  const wanted = new Set(wantedSamples(source, part));
  return source.runs.flatMap((run) => {
    const samples = run.filter((sample) => wanted.has(sample));
    if (samples.length === 0) return [];
    for (const { dts, pts, duration, size, key } of samples) {
      const times = { dts: seconds(dts) + part.shift, pts: seconds(pts) + part.shift };
      table.add({ ...times, duration: seconds(duration), size, key });
    }
    const time = seconds(samples[0].dts) + part.shift;
    return [{ table, samples: samples.length, time, bytes: coalesced(samples.flatMap(bytesOf)) }];
  });
}

/** Those to be decoded, from the key frame to the last picture that is shown before the end. */
export function wantedSamples(
  { track, runs }: SourceTrack,
  { inpoint, outpoint, entry }: PicturePart,
): PlacedSample[] {
  const seconds = (ticks: number) => ticks / track.timescale;
  const all = runs.flat();
  const isFirst = ({ key, pts }: PlacedSample) =>
    key && (inpoint === undefined || Math.abs(seconds(pts) - inpoint) < SAME_FRAME);
  // A file may begin with what came before its first key frame.
  const begin = entry || inpoint !== undefined ? Math.max(0, all.findIndex(isFirst)) : 0;
  const end =
    outpoint === undefined
      ? all.length
      : all.findLastIndex(({ pts }) => seconds(pts) < outpoint - 0.5 / track.timescale) + 1;
  const wanted = all.slice(begin, end);
  const first = wanted.at(0);
  return entry && first ? wanted.filter(({ pts }) => pts >= first.pts) : wanted;
}

function bytesOf({ at, size, insert, content }: PlacedSample): (ByteRange | Buffer)[] {
  if (content) return [content];
  if (!insert) return [{ start: at, end: at + size }];
  const place = at + insert.at;
  return [
    ...(insert.at > 0 ? [{ start: at, end: place }] : []),
    insert.bytes,
    { start: place, end: at + size - insert.bytes.length },
  ];
}

/** Ranges that follow each other become one. */
export function coalesced(bytes: readonly (ByteRange | Buffer)[]): (ByteRange | Buffer)[] {
  const result: (ByteRange | Buffer)[] = [];
  for (const piece of bytes) {
    const last = result.at(-1);
    if (isRange(piece) && last && isRange(last) && last.end === piece.start) {
      result[result.length - 1] = { start: last.start, end: piece.end };
    } else result.push(piece);
  }
  return result;
}
