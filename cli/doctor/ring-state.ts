import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { secondOfName } from '../../nodes/lib/recording/names';
import { outputOf } from '../../nodes/lib/process/output';
import { SETTINGS } from '../../nodes/v2x-segment-store/settings';
import { numberOf } from './settings';
import type { Unit, UnitNode } from './unit';

/** What lies in the ring that a node records into or cuts from. */
export interface RingState {
  readonly directory: string;
  /** Whether a recorder has it at the moment. */
  readonly recording: boolean;
  readonly segments: number;
  readonly bytes: number;
  /** The newest closed segment; `written` in Unix seconds. */
  readonly newest: { readonly path: string; readonly written: number } | undefined;
  /** When the recorder wrote last, also into a segment that is still open; Unix seconds. */
  readonly lastWrite: number | undefined;
  readonly segmentSeconds: number;
  /** Seconds, 0 for no limit. */
  readonly maxAge: number;
  /** Bytes, 0 for no limit. */
  readonly maxBytes: number;
  readonly minFreeBytes: number;
}

const GIGABYTE = 1e9;

type NumberName = Exclude<keyof typeof SETTINGS, 'directory'>;

/**
 * Looks at a ring without touching it.
 * @param node that refers to a v2x-segment-store as `store`
 * @throws the system's error when the directory cannot be read
 */
export async function ringOf(unit: Unit, node: UnitNode): Promise<RingState> {
  const store = unit.refer(node, 'store');
  const directory = store ? unit.directory(store, 'rec') : join(unit.data, 'rec');
  const number = (name: NumberName) => numberOf(store, name, SETTINGS[name]);
  const files = await segmentFiles(directory);
  const newest = files.at(-1);
  return {
    directory,
    recording: await isLocked(directory),
    segments: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    newest,
    lastWrite: await lastWriteBelow(join(directory, '.recording'), newest?.written),
    segmentSeconds: number('segmentSeconds'),
    maxAge: number('retentionHours') * 3600,
    maxBytes: number('maxGigabytes') * GIGABYTE,
    minFreeBytes: number('minFreeGigabytes') * GIGABYTE,
  };
}

interface SegmentFile {
  readonly path: string;
  readonly bytes: number;
  readonly written: number;
}

/** Oldest first. */
async function segmentFiles(directory: string): Promise<SegmentFile[]> {
  if (!existsSync(directory)) return [];
  const names = (await readdir(directory)).filter((name) => secondOfName(name) !== undefined);
  names.sort((one, other) => (secondOfName(one) ?? 0) - (secondOfName(other) ?? 0));
  const files = names.map(async (name) => {
    const path = join(directory, name);
    // Retention may have been faster.
    const info = await stat(path).catch(() => undefined);
    return info && { path, bytes: info.size, written: info.mtimeMs / 1000 };
  });
  return (await Promise.all(files)).filter((file) => file !== undefined);
}

/** Open segments lie in a directory per run. */
async function lastWriteBelow(directory: string, closed = 0): Promise<number | undefined> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const writes = await Promise.all(files.map(lastWrite));
  const last = Math.max(closed, ...writes);
  return last > 0 ? last : undefined;
}

/** 0 for a file that has gone, or holds nothing yet. */
async function lastWrite(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs, size }) => (size > 0 ? mtimeMs / 1000 : 0),
    () => 0,
  );
}

/** Sharing the lock for a moment tells, and does not keep others who look from telling; a lock file that is not there must not be made here, perhaps as another user. */
async function isLocked(directory: string): Promise<boolean> {
  const lock = join(directory, '.lock');
  if (!existsSync(lock)) return false;
  return (await outputOf('flock', '-s', '-n', lock, 'true')) === undefined;
}
