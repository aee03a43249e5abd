import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../errors';
import type { ForeignFile } from './foreign';
import { secondOfName } from '../names';
import type { Segment } from '../segment';
import { readSeal } from '../segment-box';

/** Files that are looked at side by side. */
const BATCH = 256;

/** Files named like segments that the index does not know. */
interface NotIndexed {
  /** Those that carry their times. */
  readonly sealed: readonly Segment[];
  /** The rest, sorted by the second in their names. */
  readonly files: readonly ForeignFile[];
}

/** Reads what files named like segments tell of their times. */
export async function readForeign(directory: string, names: readonly string[]): Promise<NotIndexed> {
  const sealed: Segment[] = [];
  const files: ForeignFile[] = [];
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH).map((name) => lookAt(directory, name));
    for (const found of await Promise.all(batch)) {
      if (!found) continue;
      if ('run' in found) sealed.push(found);
      else files.push(found);
    }
  }
  return { sealed, files: files.sort((one, other) => one.second - other.second) };
}

/** undefined when it has gone meanwhile. */
async function lookAt(directory: string, name: string): Promise<Segment | ForeignFile | undefined> {
  const path = join(directory, name);
  try {
    const { mtimeMs, size: bytes } = await stat(path);
    const times = bytes > 0 ? await readSeal(path) : undefined;
    if (times) return { name, bytes, ...times };
    return { name, second: secondOfName(name) ?? 0, modified: mtimeMs / 1000, bytes };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
