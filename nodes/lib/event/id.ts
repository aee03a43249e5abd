import { createHash } from 'node:crypto';
import { parse } from 'node:path';
import { eventSchema, WORD } from './schema';

/** Together with the hash in an id below the 64 characters of the event schema. */
const LONGEST_STEM = 50;
const HASH_LENGTH = 8;

const LONGEST_ID = eventSchema.properties.id.maxLength;
const IS_WORD = new RegExp(WORD);

const AGAIN = /(\.again-[0-9a-f]{8})+$/;

/** What a file is called that was taken, given back, and finds its name taken by another. */
export function nameAgain(stem: string, random: string, extension: string): string {
  return `${firstStem(stem)}.again-${random}${extension}`;
}

/**
 * The id of an event whose file names none: the file's name and a hash of name, time and content. Taken again
 * after a crash the file gives the same id; another event under the same file name gives another.
 * @param modified when the file was last written, Unix seconds
 */
export function eventIdOf(file: string, modified: number, content: Uint8Array): string {
  const { name, ext } = parse(file);
  const stem = firstStem(name);
  const start = /^[A-Za-z0-9]/.test(stem) ? '' : 'e';
  return `${start}${asWord(stem)}-${hashOf(`${stem}${ext}\n${modified}\n`, content)}`;
}

/** What a file's name has in common with all that it is given when it is taken again; a long one is shortened. */
function firstStem(name: string): string {
  const stem = name.replace(AGAIN, '');
  if (stem.length <= LONGEST_STEM) return stem;
  return `${asWord(stem).slice(0, LONGEST_STEM - HASH_LENGTH - 1)}-${hashOf(stem)}`;
}

/**
 * The id that a text stands for: the text itself where the event schema takes it, else its characters that suit and a
 * hash, the same each time. Empty for an empty text.
 */
export function wordFrom(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || (trimmed.length <= LONGEST_ID && IS_WORD.test(trimmed))) return trimmed;
  return `e${asWord(trimmed).slice(0, LONGEST_STEM)}-${hashOf(trimmed)}`;
}

function asWord(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.:-]/g, '_');
}

function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, HASH_LENGTH);
}
