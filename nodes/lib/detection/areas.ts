/*
 * Which parts of a picture are looked at, as polygons in relative coordinates: they hold for every size of the picture.
 * The editor and the runtime check them with the same function; nothing here needs Node.js.
 */
import { V2xError } from '../errors';

/** A corner: (0, 0) is the upper left of the picture, (1, 1) its lower right. */
export type Point = readonly [x: number, y: number];

/** `watch`: only what lies in such areas is looked at, if there are any; `ignore`: never looked at. */
export type AreaKind = 'watch' | 'ignore';

export interface Area {
  readonly kind: AreaKind;
  /** The corners in their order; the last is joined to the first. Where an area crosses itself the even-odd rule holds. */
  readonly points: readonly Point[];
}

export const MAX_AREAS = 32;
export const MIN_POINTS = 3;
export const MAX_POINTS = 64;
/** More than the largest that fits the other bounds. */
const MAX_TEXT = 200_000;

/**
 * Reads areas from a setting: a list, or JSON of one, as environment variables hold it. None is an empty list.
 * @throws V2xError `setting` naming the area and what is wrong with it
 */
export function readAreas(value: unknown): Area[] {
  if (value === undefined || value === '') return [];
  const list = typeof value === 'string' ? parsed(value) : value;
  if (!Array.isArray(list)) throw refused('must be a list of areas');
  if (list.length > MAX_AREAS) throw refused(`has ${list.length} entries; at most ${MAX_AREAS} are allowed`);
  return list.map(readArea);
}

function parsed(text: string): unknown {
  if (text.length > MAX_TEXT) throw refused('is too long');
  try {
    return JSON.parse(text);
  } catch {
    throw refused('is neither a list of areas nor JSON of one');
  }
}

function readArea(value: unknown, index: number): Area {
  const { kind, points } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const refuse = (reason: string) => refused(`is wrong: area ${index + 1} ${reason}`);
  if (kind !== 'watch' && kind !== 'ignore') throw refuse('is neither "watch" nor "ignore"');
  if (!Array.isArray(points)) throw refuse('has no list of points');
  if (points.length < MIN_POINTS || points.length > MAX_POINTS)
    throw refuse(`has ${points.length} points; it must have ${MIN_POINTS} to ${MAX_POINTS}`);
  if (!points.every(isPoint)) throw refuse('has a point that is not two numbers from 0 to 1');
  return { kind, points: points.map(([x, y]) => [x, y] as const) };
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && value.every(isShare);
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function refused(reason: string): V2xError {
  return new V2xError('setting', `The setting "areas" ${reason}`, { name: 'areas' });
}
