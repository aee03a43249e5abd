/** How long a packet may live that does not say so, in seconds: EN 302 636-4-1 Annex H, itsGnDefaultPacketLifetime. */
export const DEFAULT_LIFETIME_SECONDS = 60;

/** The units that a lifetime is counted in, in milliseconds: EN 302 636-4-1 clause 9.6.4. */
const LARGEST_UNIT_MS = 100_000;
const UNITS_MS = [50, 1000, 10_000, LARGEST_UNIT_MS];
const LARGEST_COUNT = 63;

/** A lifetime as the basic header has it, rounded down in the finest unit in which it fits. */
export function lifetimeOctet(seconds: number): number {
  const milliseconds = Math.round(seconds * 1000);
  const unit = UNITS_MS.find((each) => milliseconds / each <= LARGEST_COUNT) ?? LARGEST_UNIT_MS;
  const count = Math.min(LARGEST_COUNT, Math.floor(milliseconds / unit));
  return (count << 2) | UNITS_MS.indexOf(unit);
}

/** In seconds. */
export function readLifetime(octet: number): number {
  return ((octet >> 2) * (UNITS_MS[octet & 3] ?? LARGEST_UNIT_MS)) / 1000;
}
