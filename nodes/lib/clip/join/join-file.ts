import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { V2xError } from '../../errors';
import { readAhead, type Stretch } from '../mp4/read-ahead';
import { layOut, type Copy } from './layout';
import type { Joined, JoinTask } from './options';
import { changed, readFault } from './source-file';
import { isRange } from './track-table';

/** The disk gets this many bytes at a time while we go on, rather than all of them at the end. */
const FLUSH_BYTES = 16 << 20;

/**
 * Writes a joined MP4 file, its header first: nothing is encoded or written twice. It hashes without letting anybody
 * else have a turn, so it belongs into a thread.
 * @throws V2xError `segment` with the `segment` that cannot be read or changed since it was inspected, `stopped` when it was
 *   asked to end; the system's error when a segment cannot be read or the clip not be written, `ENOSPC` on a full disk
 */
export async function writeJoined(
  { plan, target, stop }: JoinTask,
  onPercent: (percent: number) => void,
): Promise<Joined> {
  const { head, copies, silences } = await layOut(plan);
  const file = await open(target, 'w');
  const writer = new HashingWriter(file);
  let done = 0;
  try {
    await writer.write([head]);
    for await (const data of readAhead(copies.map(stretchOf))) {
      if (Atomics.load(stop, 0) !== 0) throw new V2xError('stopped', 'The clip is no longer wanted');
      const copy = copies[done];
      if (copy) await writer.write(bytesOf(copy, data));
      done += 1;
      onPercent(Math.round((100 * done) / copies.length));
    }
    return { sha256: await writer.finish(), silences };
  } catch (error) {
    const copy = copies[done];
    throw copy ? readFault(error, copy.part) : error;
  } finally {
    await file.close();
  }
}

/** The stretch of the file that holds all that is copied at once. */
function stretchOf({ part, bytes }: Copy): Stretch {
  const ranges = bytes.filter(isRange);
  const from = ranges.reduce((first, { start }) => Math.min(first, start), ranges.at(0)?.start ?? 0);
  return { path: part.path, from, to: ranges.reduce((last, { end }) => Math.max(last, end), from) };
}

function bytesOf(copy: Copy, data: Buffer): Buffer[] {
  const { from } = stretchOf(copy);
  return copy.bytes.map((piece) => {
    if (!isRange(piece)) return piece;
    if (piece.end - from > data.length) throw changed(copy.part);
    return data.subarray(piece.start - from, piece.end - from);
  });
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
    // Reported by whoever awaits it; until then the error must not end the process.
    this.flushed.catch(() => undefined);
  }
}

/** @returns the bytes written: all of them */
async function writeAll(file: FileHandle, pieces: readonly Buffer[]): Promise<number> {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(pieces);
  // The system takes the rest now, or says why not: on a full disk writev just stops.
  if (bytesWritten < size) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
  return size;
}
