import { open, type FileHandle } from 'node:fs/promises';
import { BOX_HEAD_BYTES, HeadCollector, type FileHeads } from './file-heads';

/** Bytes that are read at once: usually the head of a fragment, and of the first picture in it. */
const READ_BYTES = 4096;
/** Memory that is taken at once: many small pieces would keep the garbage collector busy. */
const SLAB_BYTES = 16 * READ_BYTES;
/** Heads larger than this are those of no segment. */
const MAX_HEAD_BYTES = 64 << 20;

interface Chunk {
  readonly from: number;
  readonly bytes: Buffer;
}

/** An MP4 file of which only what is asked for is read: a fiftieth of the bytes. */
export class HeadFile {
  /** What was read, the newest first: pictures are looked at soon after the head before them. */
  private readonly chunks: Chunk[] = [];
  private slab = Buffer.alloc(0);

  private constructor(
    private readonly file: FileHandle,
    private readonly size: number,
  ) {}

  /**
   * Opens a file, and closes it again after `use`.
   * @returns what `use` returns
   * @throws the system's error
   */
  static async with<T>(path: string, use: (file: HeadFile) => Promise<T>): Promise<T> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      return await use(new HeadFile(file, size));
    } finally {
      await file.close();
    }
  }

  /**
   * Reads all but what the boxes `mdat` hold.
   * @throws RangeError when the file is no MP4 file, or its heads are too large
   */
  async heads(): Promise<FileHeads> {
    const collector = new HeadCollector(this.size);
    let bytes = 0;
    for (let at = 0; at < this.size;) {
      const box = collector.next(at, await this.read(at, at + BOX_HEAD_BYTES));
      if (!box) break;
      bytes += box.bytes;
      if (bytes > MAX_HEAD_BYTES) throw new RangeError('The heads are too large');
      const piece = await this.read(at, at + box.bytes);
      // The file became shorter meanwhile.
      if (piece.length < box.bytes) break;
      collector.add(at, piece, box.end);
      at = box.end;
    }
    return collector.heads();
  }

  /** Reads a range of the file, as far as the file goes, unless it was read before. */
  async read(from: number, to: number): Promise<Buffer> {
    const end = Math.min(to, this.size);
    if (from >= end) return Buffer.alloc(0);
    const known = this.chunks.find((chunk) => chunk.from <= from && chunk.from + chunk.bytes.length >= end);
    if (known) return known.bytes.subarray(from - known.from, end - known.from);
    const length = Math.min(Math.max(end - from, READ_BYTES), this.size - from);
    const { bytesRead, buffer } = await this.file.read(this.memory(length), 0, length, from);
    this.chunks.unshift({ from, bytes: buffer.subarray(0, bytesRead) });
    return buffer.subarray(0, Math.min(bytesRead, end - from));
  }

  private memory(bytes: number): Buffer {
    if (bytes > this.slab.length) this.slab = Buffer.allocUnsafeSlow(Math.max(bytes, SLAB_BYTES));
    const memory = this.slab.subarray(0, bytes);
    this.slab = this.slab.subarray(bytes);
    return memory;
  }
}
