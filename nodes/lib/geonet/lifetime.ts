/** How long a packet may live that does not say so, in seconds: EN 302 636-4-1 Annex H, itsGnDefaultPacketLifetime. */
export const DEFAULT_LIFETIME_SECONDS = 60;

/** The units that a lifetime is counted in, in milliseconds: EN 302 636-4-1 clause 9.6.4. */
const UNITS_MS = [50, 1000, 10_000, 100_000] as const;
const LARGEST_COUNT = 63;

/** A lifetime as the basic header has it, rounded down in the finest unit in which it fits. */
export function lifetimeOctet(seconds: number): number {
  const milliseconds = Math.round(seconds * 1000);
  const fits = UNITS_MS.findIndex((unit) => milliseconds / unit <= LARGEST_COUNT);
  const index = fits < 0 ? UNITS_MS.length - 1 : fits;
  const count = Math.min(LARGEST_COUNT, Math.floor(milliseconds / UNITS_MS[index]));
  return (count << 2) | index;
}

/** In seconds. */
export function readLifetime(octet: number): number {
  return ((octet >> 2) * UNITS_MS[octet & 3]) / 1000;
}
