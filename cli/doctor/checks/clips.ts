import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipManifest } from '../../../nodes/contracts';
import { duration, findings, type Finding } from '../finding';

const { ok, warning, problem } = findings('clips');

const DAY = 86_400;
/** What the segment that ends a window, and the cut, may take. */
const CUTTING_SECONDS = 180;

/** What lies in an archive and its job directories. */
export interface ClipState {
  /** Ends of the windows of jobs that wait, Unix seconds. */
  readonly waiting: readonly number[];
  /** Incidents of the last day that ended without a clip. */
  readonly without: number;
  /** Job files that could not be read. */
  readonly damaged: number;
  /** The newest clip. */
  readonly last: { readonly name: string; readonly kept: number; readonly complete: boolean } | undefined;
}

/** The answer to "there is no clip". */
export function judgeClips(state: ClipState, now: number): Finding {
  const { waiting, without, damaged, last } = state;
  const overdue = waiting.filter((end) => now > end + CUTTING_SECONDS);
  if (overdue.length > 0) {
    const late = duration(now - Math.min(...overdue));
    const remedy = 'is the unit running and recording? see the error of clip-maker in the log';
    return problem(`clips overdue: ${overdue.length}, the first by ${late}`, remedy);
  }
  const next =
    waiting.length > 0 ? `, the next is due in ${duration(Math.max(0, Math.min(...waiting) - now))}` : '';
  const newest = last
    ? `the last is ${last.name}, ${duration(Math.max(0, now - last.kept))} ago`
    : 'none is kept yet';
  const text = `${newest}; waiting for their post-roll: ${waiting.length}${next}`;
  if (damaged > 0)
    return warning(`${text}; damaged job files: ${damaged}`, 'look at the *.damaged files below .jobs');
  if (without > 0) {
    const remedy = 'the recorder has to run before an incident; see the errors of clip-maker';
    return warning(`${text}; incidents of the last day without a clip: ${without}`, remedy);
  }
  if (last && !last.complete) {
    const remedy = 'see "achieved" and "gaps" in its manifest; was the recorder running all the time?';
    return warning(`${text}; it is not as long as wanted`, remedy);
  }
  return ok(text);
}

/** Reads an archive without touching it; what has gone meanwhile, or cannot be read, is left out. */
export async function clipState(archive: string, now: number): Promise<ClipState> {
  const queues = await list(join(archive, '.jobs'));
  const directories = queues.map((queue) => join(archive, '.jobs', queue));
  const jobs = await Promise.all(directories.map((directory) => jobsIn(directory, now)));
  return {
    waiting: jobs.flatMap(({ waiting }) => waiting),
    without: jobs.reduce((sum, { without }) => sum + without, 0),
    damaged: jobs.reduce((sum, { damaged }) => sum + damaged, 0),
    last: await newestClip(archive),
  };
}

async function jobsIn(directory: string, now: number): Promise<Omit<ClipState, 'last'>> {
  const names = await list(directory);
  const waiting = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readJson<Job>(join(directory, name))),
  );
  const done = await Promise.all(
    (await list(join(directory, 'done'))).map((name) => readJson<Job>(join(directory, 'done', name))),
  );
  return {
    waiting: waiting.flatMap((job) => (job ? [job.t0 + job.post] : [])),
    without: done.filter((job) => job && job.clip === undefined && job.t0 > now - DAY).length,
    damaged: names.filter((name) => name.endsWith('.damaged')).length,
  };
}

/** As the clip maker's job store writes it. */
interface Job {
  readonly t0: number;
  readonly post: number;
  readonly clip?: string;
}

/** Clips begin at a key frame and end at a frame: less than this, in seconds, is not missing. */
const TOLERANCE = 1;

async function newestClip(archive: string): Promise<ClipState['last']> {
  const manifests = (await list(archive)).filter((name) => /^accident_.*\.json$/.test(name));
  const dated = await Promise.all(
    manifests.map(async (name) => ({
      name,
      kept: await stat(join(archive, name)).then(
        ({ mtimeMs }) => mtimeMs / 1000,
        () => 0,
      ),
    })),
  );
  const last = dated.sort((one, other) => one.kept - other.kept).at(-1);
  const manifest = last && (await readJson<ClipManifest>(join(archive, last.name)));
  if (!manifest) return undefined;
  const { wanted, achieved, gaps } = manifest;
  const missing = Math.max(achieved.from - wanted.from, wanted.to - achieved.to);
  return {
    name: last.name.replace(/json$/, 'mp4'),
    kept: last.kept,
    complete: gaps.length === 0 && missing < TOLERANCE,
  };
}

async function list(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
