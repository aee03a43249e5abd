import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../errors';
import { ascii, box, u32, u64 } from './boxes';
import { chapterTrack, clipChapters } from './chapters';
import type { JoinTask } from './join';
import { movieHeader } from './movie';
import { parseFragmented, type FragmentedFile } from './mp4';
import type { ClipPart } from './plan';
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
 * Joins the parts of a plan to one MP4 file with its header first: nothing is encoded or written twice. It reads
 * without letting anybody else have a turn, so it belongs into a thread.
 * @returns the SHA-256 of the file in hexadecimal
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected, `stopped` when it was
 *   told to end; the system's error when the clip cannot be written, `ENOSPC` on a full disk
 */
export async function writeJoined(task: JoinTask, onPercent: (percent: number) => void): Promise<string> {
  const { head, copies } = layOut(task);
  const hash = createHash('sha256');
  const reader = new SegmentReader(task);
  const file = await open(task.target, 'w');
  const write = async (pieces: readonly Buffer[]) => {
    const written = writeAll(file, pieces);
    // Meanwhile.
    for (const piece of pieces) hash.update(piece);
    await written;
  };
  try {
    await write([head]);
    for (const [i, { part, ranges }] of copies.entries()) {
      const data = reader.read(part);
      if (ranges.some(({ end }) => end > data.length)) throw changed(part);
      await write(ranges.map(({ start, end }) => data.subarray(start, end)));
      onPercent(Math.round((100 * (i + 1)) / copies.length));
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Decides what of each segment goes where: the header has to know before the first byte is written. */
function layOut(task: JoinTask): { head: Buffer; copies: PartCopy[] } {
  const { plan } = task;
  const { chapters, media } = chapterTrack(clipChapters(plan.t0Offset, plan.duration));
  const [first] = plan.parts;
  // A reader of its own, since the tables keep what this file tells of its tracks.
  const tables = new SampleTables(parse(new SegmentReader(task).read(first), first), media.length);
  const reader = new SegmentReader(task);
  const copies = plan.parts.map((part) => ({
    part,
    ranges: tables.add(parse(reader.read(part), part), part),
  }));
  const movie = { tables: tables.tables, chapters, began: plan.achieved.from };
  const mediaAt = FTYP.length + movieHeader(movie, 0).length + LARGE_BOX_BYTES;
  const mdat = [u32(1), ascii('mdat'), u64(LARGE_BOX_BYTES + tables.bytes)];
  return { head: Buffer.concat([FTYP, movieHeader(movie, mediaAt), ...mdat, media]), copies };
}

function parse(data: Buffer, part: ClipPart): FragmentedFile {
  const file = parseFragmented(data);
  if (!file) throw changed(part);
  return file;
}

/** Reads whole segments into the same memory, one after the other. */
class SegmentReader {
  private memory = Buffer.alloc(0);

  constructor(private readonly task: Pick<JoinTask, 'segments' | 'stop'>) {}

  /** @returns what the next call overwrites */
  read({ segment }: ClipPart): Buffer {
    if (Atomics.load(this.task.stop, 0) !== 0)
      throw new V2xError('stopped', 'The clip is not wanted any more');
    const file = openSync(join(this.task.segments, segment.name), 'r');
    try {
      const { size } = fstatSync(file);
      if (size > this.memory.length) this.memory = Buffer.allocUnsafe(2 * size);
      return this.memory.subarray(0, readSync(file, this.memory, 0, size, 0));
    } finally {
      closeSync(file);
    }
  }
}

async function writeAll(file: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(pieces);
  // The system takes the rest now, or says why not: on a full disk writev just stops.
  if (bytesWritten < size) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}

function changed({ segment }: ClipPart): V2xError {
  return new V2xError('segment', `${segment.name} is not as it was when it was inspected`, {
    segment: segment.name,
  });
}
