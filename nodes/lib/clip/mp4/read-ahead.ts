import { open } from 'node:fs/promises';

/** A stretch of a file, in bytes. */
export interface Stretch {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** Memory that is used again for one stretch after the other. */
class Memory {
  private bytes = Buffer.alloc(0);

  /** @returns what the next call may return again */
  of(size: number): Buffer {
    if (size > this.bytes.length) this.bytes = Buffer.allocUnsafe(2 * size);
    return this.bytes.subarray(0, size);
  }
}

/**
 * Reads stretches one after the other, the next one while the last one is in use.
 * @yields the bytes of each, fewer where the file ends earlier; good until the next ones are asked for
 * @throws the system's error
 */
export async function* readAhead(stretches: readonly Stretch[]): AsyncGenerator<Buffer> {
  let [memory, other] = [new Memory(), new Memory()];
  let reading: Promise<Buffer> | undefined;
  for (const stretch of stretches) {
    const before = await reading;
    reading = readStretch(stretch, memory);
    // The error is thrown when its turn comes.
    reading.catch(() => undefined);
    [memory, other] = [other, memory];
    if (before) yield before;
  }
  if (reading) yield await reading;
}

async function readStretch({ path, from, to }: Stretch, memory: Memory): Promise<Buffer> {
  const file = await open(path);
  try {
    const data = memory.of(to - from);
    const { bytesRead } = await file.read(data, 0, to - from, from);
    return data.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
