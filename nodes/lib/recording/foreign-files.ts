import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors';
import type { ForeignFile } from './foreign';
import { secondOfName } from './names';

/** Files that are looked at side by side. */
const BATCH = 256;

/** Reads sizes and last writes of files named like segments, sorted by the second in their names. */
export async function readForeign(directory: string, names: readonly string[]): Promise<ForeignFile[]> {
  const files: ForeignFile[] = [];
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH).map((name) => statFile(directory, name));
    for (const file of await Promise.all(batch)) if (file) files.push(file);
  }
  return files.sort((one, other) => one.second - other.second);
}

/** undefined when it has gone meanwhile. */
async function statFile(directory: string, name: string): Promise<ForeignFile | undefined> {
  try {
    const { mtimeMs, size } = await stat(join(directory, name));
    return { name, second: secondOfName(name) ?? 0, modified: mtimeMs / 1000, bytes: size };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
