import type { ValueOf } from '../per/types';
import type { relevanceDistance } from './dictionary';

export type RelevanceDistance = ValueOf<typeof relevanceDistance>;

/** TS 102 894-2 RelevanceDistance: each word with its upper bound in metres; the last one has none. */
const DISTANCES = [
  ['lessThan50m', 50],
  ['lessThan100m', 100],
  ['lessThan200m', 200],
  ['lessThan500m', 500],
  ['lessThan1000m', 1000],
  ['lessThan5km', 5000],
  ['lessThan10km', 10_000],
  ['over10km', Infinity],
] as const satisfies readonly (readonly [RelevanceDistance, number])[];

/** The narrowest word whose bound takes in a distance in metres. */
export function relevanceOf(metres: number): RelevanceDistance {
  const found = DISTANCES.find(([, bound]) => metres <= bound);
  return found ? found[0] : 'over10km';
}

/** The upper bound in metres; undefined where there is none. */
export function metresOf(relevance: RelevanceDistance): number | undefined {
  const bound = DISTANCES.find(([word]) => word === relevance)?.[1];
  return bound === Infinity ? undefined : bound;
}
