import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isManifestName } from './archive';
import {
  allJobsDirectories,
  finishedJobs,
  isDamaged,
  jobFile,
  keysIn,
  parseRequest,
  type FinishedRequest,
} from './jobs/job-files';
import { windowOf } from './jobs/request';
import type { ClipManifest } from './manifest';

/** Clips begin at a key frame and end at a frame: less than this, in seconds, is not missing. */
const TOLERANCE = 1;

/** An archive and its clip jobs as anyone can see them; times in Unix seconds. */
export interface ArchiveState {
  /** Ends of the windows of jobs that wait. */
  readonly waiting: readonly number[];
  /** T0 of incidents that ended without a clip, except those that a cancel dropped. */
  readonly without: readonly number[];
  /** Job files that could not be read. */
  readonly damaged: number;
  /** The newest clip. */
  readonly last: { readonly name: string; readonly finished: number; readonly complete: boolean } | undefined;
}

/** Looks at an archive without touching it; what has gone meanwhile, or cannot be read, is left out. */
export async function archiveState(archive: string): Promise<ArchiveState> {
  const jobs = await Promise.all((await allJobsDirectories(archive)).map(jobsState));
  return {
    waiting: jobs.flatMap(({ waiting }) => waiting),
    without: jobs.flatMap(({ without }) => without),
    damaged: jobs.reduce((sum, { damaged }) => sum + damaged, 0),
    last: await newestClip(archive),
  };
}

async function jobsState(directory: string): Promise<Omit<ArchiveState, 'last'>> {
  const keys = await keysIn(directory).catch(() => []);
  const pending = await Promise.all(
    keys.map((key) => readFile(jobFile(directory, key), 'utf8').then(parseRequest, () => undefined)),
  );
  const finished = await finishedJobs(directory).catch(() => []);
  return {
    waiting: pending.flatMap((request) => (request ? windowOf(request).to : [])),
    without: finished.flatMap(({ request }) => (request && isWithout(request) ? request.t0 : [])),
    damaged: (await readdir(directory).catch(() => [])).filter(isDamaged).length,
  };
}

/** A job that a cancel dropped has no clip by intent. */
function isWithout({ clip, dropped }: FinishedRequest): boolean {
  return clip === undefined && !dropped;
}

async function newestClip(archive: string): Promise<ArchiveState['last']> {
  const manifests = (await readdir(archive).catch(() => [])).filter(isManifestName);
  const dated = await Promise.all(
    manifests.map(async (name) => {
      const info = await stat(join(archive, name)).catch(() => undefined);
      return { name, finished: (info?.mtimeMs ?? 0) / 1000 };
    }),
  );
  const last = dated.sort((one, other) => one.finished - other.finished).at(-1);
  if (!last) return undefined;
  try {
    const manifest = JSON.parse(await readFile(join(archive, last.name), 'utf8')) as ClipManifest;
    return {
      name: last.name.replace(/json$/, 'mp4'),
      finished: last.finished,
      complete: isComplete(manifest),
    };
  } catch {
    return undefined;
  }
}

function isComplete({ wanted, achieved, gaps }: ClipManifest): boolean {
  const missing = Math.max(achieved.from - wanted.from, wanted.to - achieved.to);
  return gaps.length === 0 && missing < TOLERANCE;
}
