import { V2xError } from '../errors';

/** So many slices make a circle (SAE J2735, DE_HeadingSlice). */
const SLICES = 16;
const SLICE_DEGREES = 360 / SLICES;
/** Vehicles on one approach head so far to either side of its direction, in degrees. */
const SPREAD_DEGREES = SLICE_DEGREES;

const COMPASS = [
  'N',
  'NNE',
  'NE',
  'ENE',
  'E',
  'ESE',
  'SE',
  'SSE',
  'S',
  'SSW',
  'SW',
  'WSW',
  'W',
  'WNW',
  'NW',
  'NNW',
];

export const ALL_HEADINGS = '1'.repeat(SLICES);

/**
 * Reads directions of travel: degrees clockwise from north, or points of the compass, as in `90, 270` or `E W`.
 * @throws V2xError `setting` naming what is neither
 */
export function parseDirections(text: string): readonly number[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(parseDirection);
}

function parseDirection(word: string): number {
  const point = COMPASS.indexOf(word.toUpperCase());
  if (point >= 0) return point * SLICE_DEGREES;
  const degrees = Number(word);
  if (degrees >= 0 && degrees <= 360) return degrees % 360;
  throw new V2xError(
    'setting',
    `The setting "directions" has ${JSON.stringify(word)}; it must be degrees from 0 to 360 or a point such as N, ENE, SW`,
    { name: 'directions' },
  );
}

/**
 * The slices that vehicles on approaches with these directions head into: the first bit for 0 to 22.5 degrees, and so
 * on clockwise. Without directions, all.
 */
export function headingSlices(directions: readonly number[]): string {
  if (directions.length === 0) return ALL_HEADINGS;
  const isIn = (slice: number) => {
    const middle = (slice + 0.5) * SLICE_DEGREES;
    return directions.some(
      (direction) => angleBetween(direction, middle) < SPREAD_DEGREES + SLICE_DEGREES / 2,
    );
  };
  return Array.from({ length: SLICES }, (_, slice) => Number(isIn(slice))).join('');
}

function angleBetween(a: number, b: number): number {
  const difference = Math.abs(a - b) % 360;
  return Math.min(difference, 360 - difference);
}
