import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { boxAt } from './fragmented';

/** The most that the head of a box takes. */
const BOX_HEAD_BYTES = 16;
/** Bytes that are read at once: as a rule the head of a fragment, and where its media data ends. */
const READ_BYTES = 4096;

/** Memory that is used again for one file after the other. */
class Memory {
  private bytes = Buffer.alloc(0);

  /** @returns what the next call may return again */
  of(size: number): Buffer {
    if (size > this.bytes.length) this.bytes = Buffer.allocUnsafe(2 * size);
    return this.bytes.subarray(0, size);
  }
}

/** Reads the heads of MP4 files one after the other: a hundredth of the bytes. */
export class HeadReader {
  private readonly memory = new Memory();

  /**
   * Reads a file but for what its boxes `mdat` hold: there the memory keeps what it held.
   * @returns memory as large as the file, which the next call overwrites
   * @throws the system's error
   */
  read(path: string): Buffer {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const data = this.memory.of(size);
      let known = 0;
      const know = (from: number, to: number) => {
        if (to <= known) return;
        const start = Math.max(from, known);
        known =
          start +
          readSync(file, data, start, Math.min(Math.max(to - start, READ_BYTES), size - start), start);
      };
      for (let at = 0; at < size;) {
        know(at, at + BOX_HEAD_BYTES);
        if (size - at < BOX_HEAD_BYTES) break;
        const { type, end } = boxAt(data, at);
        // What is no box is not for us: whoever parses it comes to the same end.
        if (end <= at) break;
        if (type !== 'mdat') know(at, end);
        at = end;
      }
      return data;
    } finally {
      closeSync(file);
    }
  }
}

/**
 * Reads whole files one after the other, the next one while the last one is in use.
 * @yields each file's bytes, good until the next one is asked for
 * @throws the system's error
 */
export async function* readAhead(paths: readonly string[]): AsyncGenerator<Buffer> {
  const memories = [new Memory(), new Memory()];
  const read = (i: number) => {
    const reading = readWhole(paths[i], memories[i % 2]);
    // Whoever asks for it learns of it.
    reading.catch(() => undefined);
    return reading;
  };
  let next = paths.length > 0 ? read(0) : undefined;
  for (let i = 1; next; i += 1) {
    const data = await next;
    next = i < paths.length ? read(i) : undefined;
    yield data;
  }
}

async function readWhole(path: string, memory: Memory): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const data = memory.of(size);
    const { bytesRead } = await file.read(data, 0, size, 0);
    return data.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
