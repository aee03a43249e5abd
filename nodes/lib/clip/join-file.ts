import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { V2xError } from '../errors';
import { ascii, box, u32, u64 } from './boxes';
import { chapterTrack, clipChapters } from './chapters';
import type { JoinTask } from './join';
import { movieHeader } from './movie';
import { parseFragmented } from './mp4';
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
 * Joins the parts of a plan to one MP4 file with its header first: nothing is encoded or written twice. It does not
 * return before it is done.
 * @returns the SHA-256 of the file in hexadecimal
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected; the system's error
 */
export function writeJoined(task: JoinTask, onPercent: (percent: number) => void): string {
  const reader = new FileReader(task.segments);
  const { head, copies } = layOut(task, reader);
  const hash = createHash('sha256');
  const file = openSync(task.target, 'w');
  const write = (data: Buffer) => {
    hash.update(data);
    for (let done = 0; done < data.length;) done += writeSync(file, data, done);
  };
  try {
    write(head);
    for (const [i, { part, ranges }] of copies.entries()) {
      const data = reader.read(part);
      for (const { start, end } of ranges) {
        if (end > data.length) throw changed(part);
        write(data.subarray(start, end));
      }
      onPercent(Math.round((100 * (i + 1)) / copies.length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** Decides what of each segment goes where; the header has to know before the first byte is written. */
function layOut({ plan, segments }: JoinTask, reader: FileReader): { head: Buffer; copies: PartCopy[] } {
  const { chapters, media } = chapterTrack(clipChapters(plan.t0Offset, plan.duration));
  const [first] = plan.parts;
  // The tables keep parts of this one, and the reader would overwrite them.
  const model = parse(readFileSync(join(segments, first.segment.name)), first);
  const tables = new SampleTables(model, media.length);
  const copies = plan.parts.map((part) => ({
    part,
    ranges: tables.add(parse(reader.read(part), part), part),
  }));
  const movie = { tables: tables.tables, chapters, began: plan.achieved.from };
  const mediaAt = FTYP.length + movieHeader(movie, 0).length + LARGE_BOX_BYTES;
  const mdat = [u32(1), ascii('mdat'), u64(LARGE_BOX_BYTES + tables.bytes)];
  return { head: Buffer.concat([FTYP, movieHeader(movie, mediaAt), ...mdat, media]), copies };
}

/** Reads whole files into one piece of memory. */
class FileReader {
  private memory = Buffer.alloc(0);

  constructor(private readonly directory: string) {}

  /** @returns what is overwritten by the next call */
  read({ segment }: ClipPart): Buffer {
    const file = openSync(join(this.directory, segment.name), 'r');
    try {
      const { size } = fstatSync(file);
      if (size > this.memory.length) this.memory = Buffer.allocUnsafe(2 * size);
      let length = 0;
      for (let count = -1; count !== 0 && length < size; length += count) {
        count = readSync(file, this.memory, length, size - length, null);
      }
      return this.memory.subarray(0, length);
    } finally {
      closeSync(file);
    }
  }
}

function parse(data: Buffer, part: ClipPart) {
  const file = parseFragmented(data);
  if (!file) throw changed(part);
  return file;
}

function changed({ segment }: ClipPart): V2xError {
  return new V2xError('segment', `${segment.name} is not as it was when it was inspected`, {
    segment: segment.name,
  });
}
