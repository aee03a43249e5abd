import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../../errors';
import { ascii, box, u32, u64 } from '../mp4/boxes';
import { chapterTrack, clipChapters } from '../mp4/chapters';
import type { JoinTask } from './join';
import { movieHeader } from '../mp4/movie';
import { parseFragmented, type FragmentedFile } from '../mp4/fragmented';
import type { ClipPart } from '../plan/plan';
import { SampleTables, type ByteRange } from './sample-tables';
import { HeadReader, readAhead } from '../mp4/head-reader';

const FTYP = box('ftyp', ascii('isom'), u32(0x200), ascii('isomiso2mp41'));
/** Type and size of a box that may be larger than 4 GiB. */
const LARGE_BOX_BYTES = 16;
/** The disk gets this many bytes at a time while we go on, rather than all of them at the end. */
const FLUSH_BYTES = 16 << 20;

/** A part, and what of its file goes into the clip. */
interface PartCopy {
  readonly part: ClipPart;
  readonly ranges: readonly ByteRange[];
}

/**
 * Joins the parts of a plan to one MP4 file with its header first: nothing is encoded or written twice. It hashes
 * and reads heads without letting anybody else have a turn, so it belongs into a thread.
 * @returns the SHA-256 of the file in hexadecimal
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected, `stopped` when it was
 *   told to end; the system's error when a segment cannot be read or the clip not be written, `ENOSPC` on a full disk
 */
export async function writeJoined(task: JoinTask, onPercent: (percent: number) => void): Promise<string> {
  const { head, copies } = layOut(task);
  const file = await open(task.target, 'w');
  const writer = new HashingWriter(file);
  let done = 0;
  try {
    await writer.write([head]);
    for await (const data of readAhead(copies.map(({ part }) => pathOf(task, part)))) {
      assertWanted(task);
      const { part, ranges } = copies[done];
      if (ranges.some(({ end }) => end > data.length)) throw changed(part);
      await writer.write(ranges.map(({ start, end }) => data.subarray(start, end)));
      done += 1;
      onPercent(Math.round((100 * done) / copies.length));
    }
    return await writer.finish();
  } finally {
    await file.close();
  }
}

/** Writes, flushes and hashes side by side. */
class HashingWriter {
  private readonly hash = createHash('sha256');
  private flushed = Promise.resolve();
  private unflushed = 0;

  constructor(private readonly file: FileHandle) {}

  async write(pieces: readonly Buffer[]): Promise<void> {
    const written = writeAll(this.file, pieces);
    for (const piece of pieces) this.hash.update(piece);
    this.unflushed += await written;
    if (this.unflushed < FLUSH_BYTES) return;
    await this.flushed;
    this.flush();
  }

  /** @returns the SHA-256 of what is on the disk now, in hexadecimal */
  async finish(): Promise<string> {
    await this.flushed;
    this.flush();
    await this.flushed;
    return this.hash.digest('hex');
  }

  private flush(): void {
    this.unflushed = 0;
    this.flushed = this.file.datasync();
    // Whoever awaits it learns of it; until then it is nobody's failure.
    this.flushed.catch(() => undefined);
  }
}

/** Decides what of each segment goes where: the header has to know before the first byte is written. */
function layOut(task: JoinTask): { head: Buffer; copies: PartCopy[] } {
  const { plan } = task;
  const { chapters, media } = chapterTrack(clipChapters(plan.t0Offset, plan.duration));
  const [first] = plan.parts;
  const read = (reader: HeadReader, part: ClipPart) => parse(reader.read(pathOf(task, part)), part);
  // A reader of its own, since the tables keep what this file tells of its tracks.
  const tables = new SampleTables(read(new HeadReader(), first), media.length);
  const reader = new HeadReader();
  const copies = plan.parts.map((part) => ({ part, ranges: tables.add(read(reader, part), part) }));
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

function pathOf({ segments }: JoinTask, { segment }: ClipPart): string {
  return join(segments, segment.name);
}

function assertWanted({ stop }: JoinTask): void {
  if (Atomics.load(stop, 0) !== 0) throw new V2xError('stopped', 'The clip is not wanted any more');
}

/** @returns the bytes written: all of them */
async function writeAll(file: FileHandle, pieces: readonly Buffer[]): Promise<number> {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(pieces);
  // The system takes the rest now, or says why not: on a full disk writev just stops.
  if (bytesWritten < size) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
  return size;
}

function changed({ segment }: ClipPart): V2xError {
  return new V2xError('segment', `${segment.name} is not as it was when it was inspected`, {
    segment: segment.name,
  });
}
