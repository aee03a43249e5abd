import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipRequest } from './request';

/** The request of a finished job, with the path of its clip if it has one. */
export interface FinishedRequest extends ClipRequest {
  readonly clip?: string;
  /** A cancel ended the job, or deleted its clip. */
  readonly dropped?: boolean;
}

const ALL_JOBS = '.jobs';
const JOB_FILE = /^([0-9a-f]{32})\.json$/;
const DAMAGED = '.damaged';

/**
 * The directory for the jobs of one clip maker, on the archive's file system.
 * @param owner names the clip maker, in letters, digits, `-` and `_`
 */
export function jobsDirectory(archive: string, owner: string): string {
  return join(archive, ALL_JOBS, owner);
}

/** The job directories of all clip makers of an archive. */
export async function allJobsDirectories(archive: string): Promise<string[]> {
  const owners = await readdir(join(archive, ALL_JOBS)).catch(() => []);
  return owners.map((owner) => jobsDirectory(archive, owner));
}

export function jobFile(directory: string, key: string): string {
  return join(directory, `${key}.json`);
}

/** Where a job file is moved that cannot be read. */
export function damagedFile(directory: string, key: string): string {
  return jobFile(directory, key) + DAMAGED;
}

export function isDamaged(name: string): boolean {
  return name.endsWith(DAMAGED);
}

export function doneDirectory(directory: string): string {
  return join(directory, 'done');
}

export function doneFile(directory: string, key: string): string {
  return jobFile(doneDirectory(directory), key);
}

/**
 * The keys of the jobs in a directory.
 * @throws the system's error
 */
export async function keysIn(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => JOB_FILE.exec(name)?.slice(1) ?? []);
}

/**
 * Finished jobs, oldest first; without a request where the file is damaged.
 * @throws the system's error
 */
export async function finishedJobs(
  directory: string,
): Promise<{ key: string; request: FinishedRequest | undefined }[]> {
  const dated = await Promise.all(
    (await keysIn(doneDirectory(directory))).map(async (key) => {
      const path = doneFile(directory, key);
      const request = parseRequest(await readFile(path, 'utf8'));
      return { key, request, at: (await stat(path)).mtimeMs };
    }),
  );
  return dated.sort((a, b) => a.at - b.at);
}

/** @returns undefined when the text is no job */
export function parseRequest(json: string): FinishedRequest | undefined {
  try {
    const { id, t0, pre, post, event, exact, clip, dropped, ...rest } = (JSON.parse(json) ?? {}) as Record<
      keyof FinishedRequest,
      unknown
    >;
    const valid = typeof id === 'string' && typeof event === 'object' && event !== null;
    if (!valid || typeof t0 !== 'number' || typeof pre !== 'number' || typeof post !== 'number')
      return undefined;
    const optional = {
      ...(exact === true && { exact }),
      ...(typeof clip === 'string' && { clip }),
      ...(dropped === true && { dropped }),
    };
    return { id, t0, pre, post, event, ...optional, ...rest };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
