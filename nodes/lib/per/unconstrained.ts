import { BitsProblem, type BitReader, type BitWriter } from './bits';
import { readLength, writeLength } from './lengths';

/** Six octets: whole numbers beyond that are not exact. */
const MOST_OCTETS = 6;

/** What fits into so many octets, as two's complement. */
export const LEAST_ADDED = -(2 ** (MOST_OCTETS * 8 - 1));
export const MOST_ADDED = 2 ** (MOST_OCTETS * 8 - 1) - 1;

/** A number without a range: its length in octets, then two's complement in as few as it needs (X.691 clause 11.8). */
export function writeUnconstrained(out: BitWriter, value: number): void {
  const octets = octetsFor(value);
  writeLength(out, octets);
  out.bits(value < 0 ? value + 2 ** (octets * 8) : value, octets * 8);
}

/** @throws BitsProblem when it has no octets, more than can be exact, or more than needed */
export function readUnconstrained(from: BitReader): number {
  const octets = readLength(from);
  if (octets === 0 || octets > MOST_OCTETS) throw new BitsProblem(`is a number of ${octets} octets`);
  const unsigned = from.bits(octets * 8);
  const value = unsigned >= 2 ** (octets * 8 - 1) ? unsigned - 2 ** (octets * 8) : unsigned;
  if (octetsFor(value) < octets) throw new BitsProblem('is encoded with more octets than needed');
  return value;
}

function octetsFor(value: number): number {
  let octets = 1;
  while (value < -(2 ** (octets * 8 - 1)) || value >= 2 ** (octets * 8 - 1)) octets += 1;
  return octets;
}
