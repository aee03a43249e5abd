import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../../disk/files';
import { isRecording } from '../lock';
import { secondOfName, WORK_DIRECTORY } from '../names';

/** A segment store as anyone can see it, whether or not it is being recorded. */
export interface StoreState {
  readonly directory: string;
  /** Whether a recorder has it at the moment. */
  readonly recording: boolean;
  readonly segments: number;
  readonly bytes: number;
  /** The newest closed segment; `written` in Unix seconds. */
  readonly newest: { readonly path: string; readonly written: number } | undefined;
  /** When a recorder last wrote, also into a segment that is still open; Unix seconds. */
  readonly lastWrite: number | undefined;
}

/**
 * Looks at a segment store without touching it.
 * @throws the system's error when the directory is there and cannot be read
 */
export async function storeState(directory: string): Promise<StoreState> {
  const files = await segmentFiles(directory);
  const newest = files.at(-1);
  return {
    directory,
    recording: await isRecording(directory),
    segments: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    newest,
    lastWrite: await lastWriteBelow(join(directory, WORK_DIRECTORY), newest?.written),
  };
}

interface SegmentFile {
  readonly path: string;
  readonly bytes: number;
  readonly written: number;
}

/** Oldest first. */
async function segmentFiles(directory: string): Promise<SegmentFile[]> {
  const entries = (await unlessMissing(readdir(directory))) ?? [];
  const dated = entries.flatMap((name) => {
    const second = secondOfName(name);
    return second === undefined ? [] : [{ path: join(directory, name), second }];
  });
  dated.sort((one, other) => one.second - other.second);
  const files = dated.map(async ({ path }) => {
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
  const last = Math.max(closed, ...(await Promise.all(files.map(lastWrite))));
  return last > 0 ? last : undefined;
}

/** 0 for a file that has gone, or holds nothing yet. */
async function lastWrite(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs, size }) => (size > 0 ? mtimeMs / 1000 : 0),
    () => 0,
  );
}
