import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../errors';
import { ascii, box, u32, u64 } from './boxes';
import { chapterTrack, clipChapters } from './chapters';
import type { CutOptions } from './cut';
import { movieHeader } from './movie';
import { parseFragmented } from './mp4';
import type { ClipPart, ClipPlan } from './plan';
import { SampleTables, type ByteRange } from './sample-tables';

const FTYP = box('ftyp', ascii('isom'), u32(0x200), ascii('isomiso2mp41'));
/** Type and size of a box that may be larger than 4 GiB. */
const LARGE_BOX_BYTES = 16;

/** A part, and what of its file goes into the clip. */
interface PartCopy {
  readonly part: ClipPart;
  readonly ranges: readonly ByteRange[];
}

/**
 * Joins the parts of a plan, which all have the same `splice` text (see SegmentMedia), to one MP4 file with its header
 * first: nothing is encoded or rewritten, so every byte of the footage is read and written just once.
 * @returns the SHA-256 of the file in hexadecimal
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected; the system's error when
 *   the clip cannot be written; the signal's reason when it is aborted
 */
export async function joinParts(plan: ClipPlan, options: CutOptions): Promise<string> {
  const { head, copies } = await layOut(plan, options);
  const hash = createHash('sha256');
  const file = await open(options.target, 'w');
  try {
    await file.writeFile(
      (async function* () {
        for await (const piece of clipBytes(head, copies, options)) {
          hash.update(piece);
          yield piece;
        }
      })(),
    );
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Reads what the segments hold, and decides where it goes. */
async function layOut(plan: ClipPlan, { segments, signal }: CutOptions) {
  const chapters = chapterTrack(clipChapters(plan.t0Offset, plan.duration));
  const copies: PartCopy[] = [];
  let tables: SampleTables | undefined;
  for (const part of plan.parts) {
    signal.throwIfAborted();
    const file = parseFragmented(await readFile(join(segments, part.segment.name)));
    if (!file) throw changed(part);
    tables ??= new SampleTables(file, chapters.media.length);
    copies.push({ part, ranges: tables.add(file, part) });
  }
  if (!tables) throw new RangeError('A clip has parts');
  const movie = { tables: tables.tables, chapters: chapters.chapters, began: plan.achieved.from };
  const mediaAt = FTYP.length + movieHeader(movie, 0).length + LARGE_BOX_BYTES;
  const mdat = [u32(1), ascii('mdat'), u64(LARGE_BOX_BYTES + tables.bytes)];
  return { head: Buffer.concat([FTYP, movieHeader(movie, mediaAt), ...mdat, chapters.media]), copies };
}

async function* clipBytes(
  head: Buffer,
  copies: readonly PartCopy[],
  { segments, signal, onPercent }: CutOptions,
): AsyncGenerator<Buffer> {
  yield head;
  for (const [i, { part, ranges }] of copies.entries()) {
    const data = await readFile(join(segments, part.segment.name));
    for (const { start, end } of ranges) {
      signal.throwIfAborted();
      if (end > data.length) throw changed(part);
      yield data.subarray(start, end);
    }
    onPercent?.(Math.round((100 * (i + 1)) / copies.length));
  }
}

function changed({ segment }: ClipPart): V2xError {
  return new V2xError('segment', `${segment.name} is not as it was when it was inspected`, {
    segment: segment.name,
  });
}
