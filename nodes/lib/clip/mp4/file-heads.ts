import { boxAt, MAX_BOXES, type Box } from './read-boxes';

/** A box of a file, beside its place in `FileHeads.data`. */
export interface FileBox extends Box {
  /** Where in the file it begins and ends; media data may end with the file. */
  readonly at: number;
  readonly endsAt: number;
}

/** An MP4 file without its media data. */
export interface FileHeads {
  /** The boxes one after the other; of `mdat` only the head. */
  readonly data: Buffer;
  readonly boxes: readonly FileBox[];
  /** Bytes of the file. */
  readonly size: number;
}

/** The most that the head of a box takes. */
export const BOX_HEAD_BYTES = 16;
const BOX_HEAD_BYTES_LEAST = 8;

/** Collects the boxes of a file in their order. */
export class HeadCollector {
  private readonly pieces: Buffer[] = [];
  private readonly boxes: FileBox[] = [];
  private length = 0;

  constructor(private readonly size: number) {}

  /**
   * @param at where in the file the next box begins
   * @param start its first bytes, `BOX_HEAD_BYTES` if the file has so many
   * @returns how much of it to `add`, and where the next one begins; undefined at the end of what can be read: a file
   *   that breaks off, as a crash leaves it, ends before its last box does
   * @throws RangeError when it is no box, or there are too many
   */
  next(at: number, start: Buffer): { readonly bytes: number; readonly end: number } | undefined {
    if (start.length < BOX_HEAD_BYTES_LEAST) return undefined;
    if (start.readUInt32BE(0) === 1 && start.length < BOX_HEAD_BYTES) return undefined;
    const { type, body, end } = boxAt(start, 0);
    if (end < body) throw new RangeError('A box is shorter than its head');
    if (this.boxes.length === MAX_BOXES) throw new RangeError('There are too many boxes');
    // Of media data the part that is there counts, any other box that is not whole does not.
    if (type !== 'mdat' && at + end > this.size) return undefined;
    return { bytes: type === 'mdat' ? body : end, end: at + end };
  }

  /** @param piece the bytes that `next` asked for */
  add(at: number, piece: Buffer, end: number): void {
    const { type, body } = boxAt(piece, 0);
    const start = this.length;
    this.pieces.push(piece);
    this.length += piece.length;
    const place = { start, body: start + body, end: this.length };
    this.boxes.push({ type, ...place, at, endsAt: Math.min(end, this.size) });
  }

  heads(): FileHeads {
    return { data: Buffer.concat(this.pieces), boxes: this.boxes, size: this.size };
  }
}

/**
 * The heads of a file that is in memory.
 * @throws RangeError when it does not consist of boxes
 */
export function headsOf(file: Buffer): FileHeads {
  const collector = new HeadCollector(file.length);
  for (let at = 0; at < file.length;) {
    const box = collector.next(at, file.subarray(at, at + BOX_HEAD_BYTES));
    if (!box) break;
    collector.add(at, file.subarray(at, at + box.bytes), box.end);
    at = box.end;
  }
  return collector.heads();
}
