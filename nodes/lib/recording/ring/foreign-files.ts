import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../errors';
import { secondOfName } from '../names';
import type { Segment } from '../segment';
import { readSegmentTimes } from '../segment-box';
import type { ForeignFile } from './foreign';

/** Files that are read in parallel. */
const BATCH = 256;

/** Files named like segments that are not in the index. */
interface UnindexedFiles {
  /** Those that carry their own times. */
  readonly segments: readonly Segment[];
  /** The rest, sorted by the second in their names. */
  readonly foreign: readonly ForeignFile[];
}

/**
 * Reads what files named like segments say about their times.
 * @throws the system's error when one is there and cannot be read
 */
export async function readUnindexed(directory: string, names: readonly string[]): Promise<UnindexedFiles> {
  const segments: Segment[] = [];
  const foreign: ForeignFile[] = [];
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH).map((name) => readFile(directory, name));
    for (const found of await Promise.all(batch)) {
      if (!found) continue;
      if ('run' in found) segments.push(found);
      else foreign.push(found);
    }
  }
  return { segments, foreign: foreign.sort((one, other) => one.second - other.second) };
}

/** @returns undefined when it has been deleted meanwhile */
async function readFile(directory: string, name: string): Promise<Segment | ForeignFile | undefined> {
  const path = join(directory, name);
  try {
    const { mtimeMs, size: bytes } = await stat(path);
    const times = bytes > 0 ? await readSegmentTimes(path) : undefined;
    if (times) return { name, bytes, ...times };
    return { name, second: secondOfName(name) ?? 0, modified: mtimeMs / 1000, bytes };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
