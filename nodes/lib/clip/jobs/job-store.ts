import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../../errors';
import { ensureWritableDirectory, syncDirectory, writeWhole } from '../../disk/files';
import { takeLockIfAny } from '../../disk/lock';
import {
  damagedFile,
  doneDirectory,
  doneFile,
  finishedJobs,
  jobFile,
  keysIn,
  parseRequest,
} from './job-files';
import { keyOf, type ClipRequest } from './request';

/** How many finished incidents are remembered, so that none gets a second clip. */
const MAX_DONE = 1000;

/** Events of one id that lie no further apart than this, or than a clip is long, tell of one incident. */
const SAME_INCIDENT_SECONDS = 60;

/** Of a finished job its T0. */
type JobState = 'pending' | number;

/** A clip that was accepted and is not in the archive yet. */
export interface ClipJob {
  /** Safe in file names; the same for the same event id. */
  readonly key: string;
  readonly request: ClipRequest;
}

/**
 * Clip jobs on disk, so that what was accepted survives a crash at any moment:
 * `<key>.json` is a job, `<key>/` its work directory, `done/<key>.json` a job that is finished. One process at a time
 * has them: two would cut the same clip in one work directory.
 */
export class JobStore {
  private constructor(
    private readonly directory: string,
    /** Each job that is known: pending, or the T0 of one that is finished; these oldest first. */
    private readonly jobs: Map<string, JobState>,
    /** Lets another process have the jobs; to be called once, and last. */
    readonly close: () => Promise<void>,
  ) {}

  /**
   * Opens the directory, creating it if it is missing.
   * @throws V2xError `directory` when it cannot be used, `in-use` when another process has it, `lock`
   */
  static async open(directory: string): Promise<JobStore> {
    await ensureWritableDirectory(directory, 'clip jobs');
    const unlock = await takeLockIfAny(join(directory, '.lock'));
    if (!unlock) throw inUse(directory);
    try {
      return await JobStore.read(directory, unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  private static async read(directory: string, unlock: () => Promise<void>): Promise<JobStore> {
    await ensureWritableDirectory(doneDirectory(directory), 'finished clip jobs');
    const pending = await keysIn(directory);
    // After a crash while it was finished a job is in both; it is finished again.
    const done = await finishedJobs(directory);
    // One whose file is damaged has no T0 and so covers nothing.
    const jobs = new Map<string, JobState>(done.map(({ key, request }) => [key, request?.t0 ?? -Infinity]));
    for (const key of pending) jobs.set(key, 'pending');
    return new JobStore(directory, jobs, unlock);
  }

  /**
   * Jobs that were accepted and not finished.
   * @returns also the paths of files that are no jobs, set aside under a name that is not read again
   */
  async pending(): Promise<{ jobs: ClipJob[]; damaged: string[] }> {
    const jobs: ClipJob[] = [];
    const damaged: string[] = [];
    for (const key of await keysIn(this.directory)) {
      const request = parseRequest(await readFile(jobFile(this.directory, key), 'utf8'));
      if (request) jobs.push({ key, request });
      else damaged.push(await this.setAside(key));
    }
    return { jobs, damaged };
  }

  /** Whether an event has a job already, finished or not. */
  knows(id: string): boolean {
    return this.jobs.has(keyOf(id));
  }

  /**
   * Whether a request is of an incident that has a job already. A sender may use an id again: the same id at another
   * time, further away than a clip is long, is another incident.
   */
  covers({ id, t0, pre, post }: ClipRequest): boolean {
    const finished = this.jobs.get(keyOf(id));
    if (typeof finished !== 'number') return finished === 'pending';
    return Math.abs(finished - t0) <= Math.max(pre + post, SAME_INCIDENT_SECONDS);
  }

  /** Whether a job was added and not finished. */
  isPending({ key }: Pick<ClipJob, 'key'>): boolean {
    return this.jobs.get(key) === 'pending';
  }

  /** Persists a request; its event is known at once. */
  async add(request: ClipRequest): Promise<ClipJob> {
    const key = keyOf(request.id);
    const before = this.jobs.get(key);
    this.jobs.set(key, 'pending');
    try {
      await writeWhole(jobFile(this.directory, key), JSON.stringify(request));
    } catch (error) {
      if (before === undefined) this.jobs.delete(key);
      else this.jobs.set(key, before);
      throw error;
    }
    return { key, request };
  }

  /** Writes down where the clip of a job is: all of its end that needs room on the disk. */
  async conclude({ key, request }: ClipJob, clip?: string): Promise<void> {
    await writeWhole(doneFile(this.directory, key), JSON.stringify({ ...request, clip }));
  }

  /** Concludes a job without a clip, since a cancel ended it or deleted its clip. */
  async markDropped({ key, request }: ClipJob): Promise<void> {
    const done = { ...request, clip: undefined, dropped: true };
    await writeWhole(doneFile(this.directory, key), JSON.stringify(done));
  }

  /** Ends a job that is concluded or dropped; its event stays known. */
  async finish({ key, request }: ClipJob): Promise<void> {
    await rm(jobFile(this.directory, key));
    await syncDirectory(this.directory);
    await rm(this.workDirectory({ key }), { recursive: true, force: true });
    // Behind all others: it is the newest now.
    this.jobs.delete(key);
    this.jobs.set(key, request.t0);
    const done = [...this.jobs].filter(([, state]) => state !== 'pending');
    for (const [oldest] of done.slice(0, Math.max(0, done.length - MAX_DONE))) await this.forget(oldest);
  }

  /**
   * The finished job of an event, and the path of its clip.
   * @returns undefined when there is no such job, or it has no clip
   */
  async finished(id: string): Promise<{ job: ClipJob; clip: string } | undefined> {
    const key = keyOf(id);
    if (typeof this.jobs.get(key) !== 'number') return undefined;
    const request = parseRequest(await readFile(doneFile(this.directory, key), 'utf8'));
    return request?.clip === undefined ? undefined : { job: { key, request }, clip: request.clip };
  }

  /** The directory for a job's unfinished files; it goes away with the job. */
  workDirectory({ key }: Pick<ClipJob, 'key'>): string {
    return join(this.directory, key);
  }

  private async setAside(key: string): Promise<string> {
    const aside = damagedFile(this.directory, key);
    await rename(jobFile(this.directory, key), aside);
    this.jobs.delete(key);
    return aside;
  }

  private async forget(key: string): Promise<void> {
    this.jobs.delete(key);
    await rm(doneFile(this.directory, key), { force: true });
  }
}

function inUse(directory: string): V2xError {
  return new V2xError(
    'in-use',
    `Another process is making the clips of ${directory}`,
    { directory },
    { remedy: 'end it, or give this node a different archive or V2X_DATA', retry: 'later' },
  );
}
