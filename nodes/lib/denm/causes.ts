import { typeOfCause, type Cause } from '../alert/cause';
import { V2xError } from '../errors';

/** What the user wants events of a type to mean, instead of what their alert says. */
export type CauseTable = ReadonlyMap<string, Cause>;

const ENTRY = /^([\w.:-]{1,32})\s*=\s*(\d{1,3})\s*\/\s*(\d{1,3})$/;

/**
 * Reads a table of causes: `fire=2/2, queue=27/1`, event type, causeCode, subCauseCode.
 * @throws V2xError `setting` naming the entry that cannot be read
 */
export function parseCauses(text: string): CauseTable {
  const entries = text
    .split(/[,;\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return new Map(entries.map(parseEntry));
}

function parseEntry(entry: string): [string, Cause] {
  const [, type = '', causeCode, subCauseCode] = ENTRY.exec(entry) ?? [];
  const cause = { causeCode: Number(causeCode), subCauseCode: Number(subCauseCode) };
  // NaN, of an entry that does not match, fails this too.
  if (cause.causeCode <= 255 && cause.subCauseCode <= 255) return [type, cause];
  throw new V2xError(
    'setting',
    `The causes have "${entry}"; an entry is an event type and two numbers up to 255, such as fire=94/6`,
    { name: 'causes' },
  );
}

/** What to call an event of a cause that no event type of ours has: TS 102 894-2 CauseCodeType. */
const WORDS: ReadonlyMap<number, string> = new Map([
  [1, 'traffic-condition'],
  [3, 'roadworks'],
  [6, 'adhesion'],
  [7, 'aquaplaning'],
  [9, 'surface-condition'],
  [11, 'animal'],
  [15, 'rescue-work'],
  [17, 'extreme-weather'],
  [18, 'visibility'],
  [19, 'precipitation'],
  [26, 'slow-vehicle'],
  [91, 'breakdown'],
  [92, 'post-crash'],
  [93, 'human-problem'],
  [95, 'emergency-vehicle'],
  [96, 'dangerous-curve'],
  [97, 'collision-risk'],
  [98, 'signal-violation'],
  [99, 'dangerous-situation'],
]);

/** The event type of a cause; one that has no word is called by its number. */
export function eventTypeOf(cause: Cause): string {
  return typeOfCause(cause) ?? WORDS.get(cause.causeCode) ?? `cause-${cause.causeCode}`;
}
