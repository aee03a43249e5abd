import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../errors';
import { parseFragmented, type Fragment, type FragmentedFile, type TrackFragment } from './mp4';
import type { ClipPart } from './plan';

/** Added to all times, which must not be negative; ffmpeg takes it off again, as any stream's beginning. */
const BIAS_SECONDS = 60;

/**
 * Joins the parts of a clip to one fragmented MP4 stream, by moving each fragment to its time: ffmpeg then opens one
 * input instead of a file per segment. All parts have the same `splice` text, see SegmentMedia.
 * @param directory where the segments are
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected
 */
export async function* splice(directory: string, parts: readonly ClipPart[]): AsyncGenerator<Buffer> {
  let first: FragmentedFile | undefined;
  for (const part of parts) {
    const data = await readFile(join(directory, part.segment.name));
    const file = parseFragmented(data);
    if (!file) throw changed(part);
    if (!first) yield file.head;
    first ??= file;
    for (const fragment of fragmentsBetween(file.fragments, part)) {
      for (const piece of fragment.tracks) movePiece(data, piece, part, first);
      yield data.subarray(fragment.start, fragment.end);
    }
  }
}

function fragmentsBetween(fragments: readonly Fragment[], { inpoint, outpoint }: ClipPart): Fragment[] {
  const begin = inpoint === undefined ? 0 : fragments.findIndex((fragment) => startsAt(fragment, inpoint));
  return fragments
    .slice(Math.max(0, begin))
    .filter(
      ({ tracks }) => outpoint === undefined || tracks.some((piece) => samplesBefore(piece, outpoint) > 0),
    );
}

/** Whether the first picture is the one of this time, in seconds of the file. */
function startsAt({ tracks }: Fragment, time: number): boolean {
  return tracks.some(
    ({ track, samples }) =>
      track.kind === 'video' && samples.length > 0 && Math.abs(samples[0].pts - time * track.timescale) < 1,
  );
}

/** How many samples have to be decoded to show all before a moment, in seconds of the file. */
function samplesBefore({ track, samples }: TrackFragment, moment: number): number {
  return samples.findLastIndex(({ pts }) => pts < moment * track.timescale - 0.5) + 1;
}

/** Rewrites the time of a fragment's track, and how many of its samples count. */
function movePiece(data: Buffer, piece: TrackFragment, part: ClipPart, first: FragmentedFile): void {
  const { track, decodeTimeAt, countAt } = piece;
  const model = first.tracks.find(({ id }) => id === track.id);
  const ticks = Math.round((part.shift + BIAS_SECONDS) * track.timescale);
  const offset = (model?.offset ?? track.offset) - track.offset;
  data.writeBigUInt64BE(data.readBigUInt64BE(decodeTimeAt) + BigInt(ticks + offset), decodeTimeAt);
  if (part.outpoint !== undefined) data.writeUInt32BE(samplesBefore(piece, part.outpoint), countAt);
}

function changed({ segment }: ClipPart): V2xError {
  return new V2xError('segment', `${segment.name} is not as it was when it was inspected`, {
    segment: segment.name,
  });
}
