import { V2xError } from '../errors';
import type { Regional } from './messages/elements';

// The editor's scripts import this file too: nothing here may need Node.js.

const ENTRY = /^(\d{1,3}):((?:[\da-f]{2})+)$/i;
/** DF_RegionalExtension: at most four in a message, with ids of one octet. */
const MOST_ENTRIES = 4;
const LARGEST_ID = 255;

/**
 * Reads national additions that somebody has encoded: `id:hex`, as in `4:0a0b0c`.
 * @returns undefined when there are none
 * @throws V2xError `setting` naming what is none
 */
export function parseRegional(text: string): Regional | undefined {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  if (words.length > MOST_ENTRIES) throw refusal(`${words.length} entries`);
  return words.length === 0 ? undefined : words.map(parseEntry);
}

function parseEntry(word: string): Regional[number] {
  const match = ENTRY.exec(word);
  if (!match || Number(match[1]) > LARGEST_ID) throw refusal(JSON.stringify(word.slice(0, 40)));
  return { regionId: Number(match[1]), regExtValue: match[2] };
}

function refusal(what: string): V2xError {
  return new V2xError(
    'setting',
    `The setting "regional" has ${what}; it must be up to ${MOST_ENTRIES} of id:hex, as in 4:0a0b0c, with ids up to ${LARGEST_ID}`,
    { name: 'regional' },
  );
}
