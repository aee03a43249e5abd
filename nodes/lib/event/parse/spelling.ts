import { eventSchema } from '../schema';

type Property = keyof typeof eventSchema.properties;

const PROPERTIES = Object.keys(eventSchema.properties) as Property[];

/** Other names that detectors give the properties of an event. */
const ALIASES: Readonly<Partial<Record<string, Property>>> = {
  latitude: 'lat',
  longitude: 'lon',
  lng: 'lon',
  timestamp: 'ts',
  distance: 'distance_m',
};

/** In shorter names a second slip makes another word. */
const LONG_NAME = 8;
/** One slip makes another word of shorter ones, such as `log`. */
const SHORT_NAME = 4;

/** Longer names are nobody's slip, and comparing them would take time. */
const LONGEST_SLIP = 16;

const known = new Map<string, Property>([
  ...PROPERTIES.map((name) => [plain(name), name] as const),
  ...Object.entries(ALIASES).flatMap(([alias, name]) => (name ? [[alias, name] as const] : [])),
]);

/**
 * Which property of an event is probably meant by a name that is none: another case or separator, another word for it,
 * or one or two letters wrong, missing, too many or exchanged.
 */
export function meantProperty(name: string): Property | undefined {
  if (Object.hasOwn(eventSchema.properties, name) || name.length > LONGEST_SLIP) return undefined;
  const word = plain(name);
  const exact = known.get(word);
  if (exact) return exact;
  for (const [right, property] of known) {
    const slips = right.length >= LONG_NAME ? 2 : right.length >= SHORT_NAME ? 1 : 0;
    // Hardly anybody misses the first letter, and `altitude` is no `latitude`.
    if (right.startsWith(word.charAt(0)) && editDistance(word, right) <= slips) return property;
  }
  return undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/** Damerau and Levenshtein's distance (optimal string alignment): insert, delete, replace a letter, or exchange two. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      const exchanged = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        exchanged ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}
