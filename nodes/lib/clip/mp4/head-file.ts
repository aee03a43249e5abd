import { open, type FileHandle } from 'node:fs/promises';
import { boxAt } from './read-boxes';

/** The most that the head of a box takes. */
const BOX_HEAD_BYTES = 16;
/** Bytes that are read at once: usually the head of a fragment, and of the first picture in it. */
const READ_BYTES = 4096;

/** An MP4 file of which only what is asked for is read: a fiftieth of the bytes. */
export class HeadFile {
  private readonly known: { readonly from: number; readonly to: number }[] = [];

  private constructor(
    private readonly file: FileHandle,
    /** As large as the file; only what was read is there. */
    readonly data: Buffer,
  ) {}

  /**
   * Opens a file, reads all but what its boxes `mdat` hold, and closes it again after `use`.
   * @returns what `use` returns; undefined when the file is larger than `maxBytes`
   * @throws the system's error
   */
  static async with<T>(
    path: string,
    maxBytes: number,
    use: (file: HeadFile) => T | Promise<T>,
  ): Promise<T | undefined> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > maxBytes) return undefined;
      const heads = new HeadFile(file, Buffer.allocUnsafeSlow(size));
      await heads.readHeads();
      return await use(heads);
    } finally {
      await file.close();
    }
  }

  /** Reads a range of the file, as far as the file goes, unless it was read before. */
  async read(from: number, to: number): Promise<void> {
    const end = Math.min(to, this.data.length);
    if (from >= end || this.known.some((range) => range.from <= from && range.to >= end)) return;
    const length = Math.min(Math.max(end - from, READ_BYTES), this.data.length - from);
    const { bytesRead } = await this.file.read(this.data, from, length, from);
    // A file that became shorter meanwhile holds nothing there.
    if (bytesRead < length) this.data.fill(0, from + bytesRead, from + length);
    this.known.unshift({ from, to: from + length });
  }

  private async readHeads(): Promise<void> {
    const { data } = this;
    for (let at = 0; at + 8 <= data.length;) {
      await this.read(at, at + BOX_HEAD_BYTES);
      if (data.length - at < BOX_HEAD_BYTES) break;
      const { type, end } = boxAt(data, at);
      // What is no box is not for us: the parser comes to the same end.
      if (end <= at) break;
      if (type !== 'mdat') await this.read(at, end);
      at = end;
    }
  }
}
