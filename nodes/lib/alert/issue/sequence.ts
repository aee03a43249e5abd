import { readFile } from 'node:fs/promises';
import { V2xError } from '../../errors';
import { unlessMissing, writeWhole } from '../../disk/files';

/** Sequence numbers have 16 bits (ETSI TS 102 894-2, SequenceNumber). */
const NUMBERS = 2 ** 16;
/** How many numbers one synced write reserves; a crash skips what is left of them. */
const BLOCK = 128;
/** With so few left the next block is reserved, in the background. */
const LOW = BLOCK / 2;

/**
 * Hands out sequence numbers that do not repeat after a crash or a power cut until all 65,536 were used:
 * a block is reserved on disk ahead of use, so that taking a number costs no disk sync.
 */
export class SequenceNumbers {
  private reserving: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    /** Counts on without end; a sequence number is its lowest 16 bits. */
    private next: number,
    private reserved: number,
  ) {}

  /**
   * @param path file that holds where the reserved numbers end
   * @throws V2xError `state` when the file is damaged; the system's error when it cannot be read or written
   */
  static async open(path: string): Promise<SequenceNumbers> {
    const next = await readReserved(path);
    const numbers = new SequenceNumbers(path, next, next);
    await numbers.reserve();
    return numbers;
  }

  /**
   * Takes a number.
   * @param inUse whether a number must be skipped because its warning still stands
   * @throws V2xError `sequence` when all are in use; the system's error when no block can be reserved
   */
  async take(inUse: (sequence: number) => boolean): Promise<number> {
    for (let tries = 0; tries < NUMBERS; tries += 1) {
      if (this.next >= this.reserved) await this.reserve();
      const sequence = this.next % NUMBERS;
      this.next += 1;
      if (!inUse(sequence)) {
        this.reserveAhead();
        return sequence;
      }
    }
    throw new V2xError(
      'sequence',
      'All 65,536 sequence numbers are in use by standing warnings',
      {},
      { remedy: 'cancel some, or shorten the validity' },
    );
  }

  /** Gives back what is reserved but was not used; no number may be taken afterwards. */
  async close(): Promise<void> {
    await this.reserving?.catch(() => undefined);
    if (this.next < this.reserved) await this.write(this.next);
  }

  private reserveAhead(): void {
    if (this.reserved - this.next > LOW) return;
    this.reserve().catch(() => {
      // No failure yet: taking the last number tries again, and reports it.
    });
  }

  private reserve(): Promise<void> {
    this.reserving ??= this.write(this.reserved + BLOCK).finally(() => {
      this.reserving = undefined;
    });
    return this.reserving;
  }

  private async write(reserved: number): Promise<void> {
    await writeWhole(this.path, `${JSON.stringify({ reserved })}\n`);
    this.reserved = reserved;
  }
}

async function readReserved(path: string): Promise<number> {
  const text = await unlessMissing(readFile(path, 'utf8'));
  if (text === undefined) return 0;
  const match = /^\{"reserved":(\d{1,15})\}\n$/.exec(text);
  if (match) return Number(match[1]);
  throw new V2xError(
    'state',
    `The file of sequence numbers ${path} is damaged: ${JSON.stringify(text.slice(0, 40))}`,
    { path },
    {
      remedy:
        'restore a copy, or delete it to start at 0 (vehicles may then mistake new warnings for old ones)',
    },
  );
}
