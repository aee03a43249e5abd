import { createHash } from 'node:crypto';
import { parse } from 'node:path';

/** Together with the hash below the 64 characters of the event schema. */
const LONGEST_STEM = 50;

/** What a file is called that was taken, given back, and finds its name taken by another. */
export function nameAgain(stem: string, random: string, extension: string): string {
  return `${stem}.again-${random}${extension}`;
}
const AGAIN = /\.again-[0-9a-f]{8}(?=\.json$)/;

/**
 * The id of an event whose file names none: the file's name and a hash of name, time and content. Taken again
 * after a crash the file gives the same id; another event under the same file name gives another.
 * @param modified when the file was last written, Unix seconds
 */
export function eventIdOf(file: string, modified: number, content: Uint8Array): string {
  const name = file.replace(AGAIN, '');
  const hash = createHash('sha256')
    .update(`${name}\n${modified}\n`)
    .update(content)
    .digest('hex')
    .slice(0, 8);
  const stem = parse(name).name.replaceAll(/[^A-Za-z0-9_.:-]/g, '_');
  const start = /^[A-Za-z0-9]/.test(stem) ? '' : 'e';
  return `${start}${stem.slice(0, LONGEST_STEM)}-${hash}`;
}
