import { V2xError } from '../errors';
import type { Alert } from './alert';

/** Where a vehicle is and where it is heading. */
export interface Position {
  /** Degrees, WGS 84. */
  readonly lat: number;
  readonly lon: number;
  /** Degrees clockwise from north, 0 to 360; undefined when it is not known, as in a vehicle that stands. */
  readonly heading?: number | undefined;
}

/** Mean radius of the Earth in metres (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8;
/** An incident is ahead if it is within this angle of the heading, in degrees. */
const AHEAD_DEGREES = 90;
/** So near, position errors make a bearing meaningless, in metres. */
const NEAR_M = 50;

/**
 * Whether an alert matters to a vehicle: within the distance that the alert names, and not behind it.
 * An alert without a place, or without a distance, matters to everybody.
 */
export function isRelevant({ event }: Alert, position: Position): boolean {
  const { lat, lon, distance_m: limit } = event;
  if (lat === undefined || lon === undefined) return true;
  const place = { lat, lon };
  const distance = distanceBetween(position, place);
  if (limit !== undefined && distance > limit) return false;
  if (position.heading === undefined || distance <= NEAR_M) return true;
  return angleBetween(position.heading, bearingTo(position, place)) <= AHEAD_DEGREES;
}

/** Great-circle distance in metres (haversine formula). */
export function distanceBetween(a: Position, b: Position): number {
  const [latA, latB] = [radians(a.lat), radians(b.lat)];
  const h =
    Math.sin((latB - latA) / 2) ** 2 +
    Math.cos(latA) * Math.cos(latB) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Initial bearing of the great circle, degrees clockwise from north, 0 to 360. */
export function bearingTo(from: Position, to: Position): number {
  const [latA, latB, lon] = [radians(from.lat), radians(to.lat), radians(to.lon - from.lon)];
  const east = Math.sin(lon) * Math.cos(latB);
  const north = Math.cos(latA) * Math.sin(latB) - Math.sin(latA) * Math.cos(latB) * Math.cos(lon);
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

/**
 * A position from outside.
 * @param source what the value is called, for the message
 * @throws V2xError `position` when it is not one
 */
export function toPosition(value: unknown, source: string): Position {
  if (typeof value === 'object' && value !== null) {
    const { lat, lon, heading } = value as Partial<Record<keyof Position, unknown>>;
    if (isWithin(lat, 90) && isWithin(lon, 180) && (heading === undefined || isWithin(heading, 360))) {
      return { lat, lon, heading };
    }
  }
  throw new V2xError(
    'position',
    `${source} is not a position: it needs lat (-90 to 90) and lon (-180 to 180), and optionally heading, all in degrees`,
  );
}

function isWithin(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}

function angleBetween(a: number, b: number): number {
  const difference = (((a - b) % 360) + 360) % 360;
  return Math.min(difference, 360 - difference);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
