import type { Extent } from './messages/elements';

/** A place in tenths of a microdegree (SAE J2735, DE_Latitude, DE_Longitude). */
export interface Place {
  readonly lat: number;
  readonly long: number;
}

const UNITS_PER_DEGREE = 1e7;
const NO_LATITUDE = 900_000_001;
const NO_LONGITUDE = 1_800_000_001;

/** Circle's radius and its unit (SAE J2735, DF_Circle). */
export interface Radius {
  readonly radius: number;
  readonly units: 'centimeter' | 'cm2-5' | 'decimeter' | 'meter' | 'kilometer' | 'foot' | 'yard' | 'mile';
}

/** DE_Radius_B12 */
const LARGEST_RADIUS = 4095;

/** Metres of each DE_DistanceUnits. */
const METRES: Readonly<Record<Radius['units'], number>> = {
  centimeter: 0.01,
  'cm2-5': 0.025,
  decimeter: 0.1,
  meter: 1,
  kilometer: 1000,
  foot: 0.3048,
  yard: 0.9144,
  mile: 1609.344,
};

/** Metres of each DE_Extent, nearest first. */
const EXTENTS = new Map<Extent, number>([
  ['useInstantlyOnly', 0],
  ['useFor3meters', 3],
  ['useFor10meters', 10],
  ['useFor50meters', 50],
  ['useFor100meters', 100],
  ['useFor500meters', 500],
  ['useFor1000meters', 1000],
  ['useFor5000meters', 5000],
  ['useFor10000meters', 10_000],
  ['useFor50000meters', 50_000],
  ['useFor100000meters', 100_000],
  ['useFor500000meters', 500_000],
  ['useFor1000000meters', 1_000_000],
  ['useFor5000000meters', 5_000_000],
  ['useFor10000000meters', 10_000_000],
]);

/**
 * A place from degrees.
 * @returns undefined without either
 */
export function placeOf(lat: number | undefined, lon: number | undefined): Place | undefined {
  if (lat === undefined || lon === undefined) return undefined;
  const long = Math.round(lon * UNITS_PER_DEGREE);
  // The range begins after -180 degrees, which is the meridian of 180.
  return { lat: Math.round(lat * UNITS_PER_DEGREE), long: long <= -1_800_000_000 ? 1_800_000_000 : long };
}

/** A place in degrees; nothing where it is unavailable. */
export function degreesOf(place: Place | undefined): { lat?: number; lon?: number } {
  if (!place || place.lat === NO_LATITUDE || place.long === NO_LONGITUDE) return {};
  return { lat: place.lat / UNITS_PER_DEGREE, lon: place.long / UNITS_PER_DEGREE };
}

/** The smallest extent that reaches so many metres. */
export function extentOf(distance: number): Extent {
  return [...EXTENTS].find(([, metres]) => metres >= distance)?.[0] ?? 'forever';
}

/** Metres of an extent; undefined for one without an end. */
export function metresOfExtent(extent: Extent | undefined): number | undefined {
  return extent === undefined ? undefined : EXTENTS.get(extent);
}

/** The smallest circle that reaches so many metres; from 4096 m on it counts in kilometres. */
export function radiusOf(distance: number): Radius {
  const metres = Math.ceil(distance);
  if (metres <= LARGEST_RADIUS) return { radius: metres, units: 'meter' };
  return { radius: Math.min(LARGEST_RADIUS, Math.ceil(distance / 1000)), units: 'kilometer' };
}

export function metresOfRadius({ radius, units }: Radius): number {
  return radius * METRES[units];
}
