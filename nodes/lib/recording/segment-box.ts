import { open } from 'node:fs/promises';
import { isDiskFull } from '../errors';
import { RUN_NAME } from './names';
import { isSpan, type Segment } from './segment';

/** What a closed segment records about itself. */
export type SegmentTimes = Omit<Segment, 'name' | 'bytes'>;

/** Identifies our box (ISO/IEC 14496-12, 11.1: a `uuid` box is an extension identified by its UUID). */
const UUID = Buffer.from('6b1f0c1e52f84d0c9d0a76327873656d', 'hex');
const BYTES = 72;
const VERSION = 1;

/**
 * Writes a segment's times after its last box and syncs the whole file. MP4 readers skip the box; MediaMTX does the same
 * (`mtxi`). Times that are already there are replaced. On a full disk the segment stays whole without its times, which
 * are then only in the index.
 * @param path a closed segment
 * @throws the system's error
 */
export async function writeSegmentTimes(path: string, times: SegmentTimes): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const hasBox = (await readBox(file, size)) !== undefined;
    try {
      await file.write(encode(times), 0, BYTES, hasBox ? size - BYTES : size);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      await file.truncate(size);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Reads the times that a closed segment carries.
 * @returns undefined when there are none: the segment is not closed, not ours, or its end was never written
 * @throws the system's error when the file cannot be read
 */
export async function readSegmentTimes(path: string): Promise<SegmentTimes | undefined> {
  const file = await open(path, 'r');
  try {
    return await readBox(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function readBox(
  file: Awaited<ReturnType<typeof open>>,
  size: number,
): Promise<SegmentTimes | undefined> {
  if (size < BYTES) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES), 0, BYTES, size - BYTES);
  return bytesRead === BYTES ? decode(buffer) : undefined;
}

/**
 * Big endian, like all of MP4: size, `uuid`, the UUID, then version (8 bit), the run's six hexadecimal digits (24 bit) and
 * second (32 bit), number (32 bit), measured (32 bit), from, to, rate and time error (64-bit floating point; NaN for
 * none).
 */
function encode({ from, to, run, number, measured, rate = NaN, timeError = NaN }: SegmentTimes): Buffer {
  const box = Buffer.alloc(BYTES);
  const [second = '0', digits = '0'] = RUN_NAME.test(run) ? run.split('-') : [];
  box.writeUInt32BE(BYTES, 0);
  box.write('uuid', 4, 'latin1');
  UUID.copy(box, 8);
  box.writeUInt32BE(VERSION * 2 ** 24 + parseInt(digits, 16), 24);
  box.writeUInt32BE(Number(second), 28);
  box.writeUInt32BE(number, 32);
  box.writeUInt32BE(measured ? 1 : 0, 36);
  [from, to, rate, timeError].forEach((value, i) => box.writeDoubleBE(value, 40 + 8 * i));
  return box;
}

function decode(box: Buffer): SegmentTimes | undefined {
  const head = box.readUInt32BE(24);
  const ours = box.readUInt32BE(0) === BYTES && box.toString('latin1', 4, 8) === 'uuid';
  if (!ours || !box.subarray(8, 24).equals(UUID) || head >>> 24 !== VERSION) return undefined;
  const [from, to] = [box.readDoubleBE(40), box.readDoubleBE(48)];
  if (!isSpan(from, to)) return undefined;
  const second = box.readUInt32BE(28);
  const run = second === 0 ? '' : `${second}-${(head & 0xffffff).toString(16).padStart(6, '0')}`;
  return {
    ...{ from, to, run, number: box.readUInt32BE(32), measured: box.readUInt32BE(36) === 1 },
    ...known({ rate: box.readDoubleBE(56), timeError: box.readDoubleBE(64) }),
  };
}

/** Leaves out NaN. */
function known<T extends Readonly<Record<string, number>>>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => Number.isFinite(value)),
  ) as Partial<T>;
}
