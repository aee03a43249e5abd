import { BitsProblem, type BitReader, type BitWriter } from './bits';
import { widthOf, type Size } from './types';

/** Longer ones are sent in fragments (X.691 clause 11.9.3.8), which no message of ours comes near to needing. */
export const LONGEST = 16_383;

/** The most additions to a sequence, or index of an added alternative, that fits into its short form. */
export const MOST_ADDITIONS = 64;

/** A length of 0 to LONGEST without a constraint: one octet, or two from 128 on (X.691 clause 11.9.3.6 and 7). */
export function writeLength(out: BitWriter, length: number): void {
  if (length < 128) out.bits(length, 8);
  else out.bits(0x8000 | length, 16);
}

/** @throws BitsProblem when the length is in fragments, or longer encoded than needed */
export function readLength(from: BitReader): number {
  if (from.bits(1) === 0) return from.bits(7);
  if (from.bits(1) === 1) throw new BitsProblem(`a length is over ${LONGEST}`);
  const length = from.bits(14);
  if (length < 128) throw new BitsProblem('a length is encoded with more octets than needed');
  return length;
}

/** A number that is nearly always small, 0 to 63 (X.691 clause 11.6). */
export function writeSmall(out: BitWriter, value: number): void {
  out.bits(value, 7);
}

/** @throws BitsProblem when it is 64 or more */
export function readSmall(from: BitReader): number {
  const value = from.bits(7);
  if (value >= MOST_ADDITIONS) throw new BitsProblem(`more than ${MOST_ADDITIONS} extensions`);
  return value;
}

/** How many elements, octets, characters or bits follow: as little as its constraint leaves open (X.691 clause 20). */
export function writeSize(out: BitWriter, count: number, size: Size | undefined): void {
  if (!size) {
    writeLength(out, count);
    return;
  }
  const { min, max, extensible = false } = size;
  const extended = count < min || count > max;
  if (extensible) out.bits(Number(extended), 1);
  if (extended) writeLength(out, count);
  else out.bits(count - min, widthOf(max - min + 1));
}

/** @throws BitsProblem when there are more or fewer than allowed */
export function readSize(from: BitReader, size: Size | undefined): number {
  if (!size) return readLength(from);
  const { min, max, extensible = false } = size;
  if (extensible && from.bits(1) === 1) {
    const count = readLength(from);
    if (count >= min && count <= max) throw new BitsProblem('a usual size is encoded as an unusual one');
    return count;
  }
  const count = min + from.bits(widthOf(max - min + 1));
  if (count > max) throw new BitsProblem(`has the size ${count}; it must be ${min} to ${max}`);
  return count;
}
