import { backoffDelay, type BackoffPolicy } from '../../time/backoff';
import { sleep, type Clock } from '../../time/clock';
import { codeOf, isDiskFull, messageOf, V2xError } from '../../errors';
import { isRefusal } from '../../ffmpeg/run';
import type { SegmentRing } from '../../recording/segment';
import { JobStore, type ClipJob } from './job-store';
import type { ClipMaker, ClipPreview, FinishedClip } from '../maker';
import { Limiter } from '../../async/limiter';
import { FootageWatch } from './footage-watch';
import { keyOf, windowOf, type ClipRequest } from './request';

export type ClipProgress =
  | { readonly state: 'queued' }
  /** `left`: seconds until the window has passed; then the segment that covers its end has to close. */
  | { readonly state: 'waiting'; readonly left: number }
  | ({ readonly state: 'preview' } & ClipPreview)
  | { readonly state: 'cutting'; readonly percent: number }
  /** It is cut, and is decoded to see whether it plays. */
  | { readonly state: 'checking'; readonly percent: number }
  /** A cancel ended the job, or deleted its clip. */
  | { readonly state: 'dropped' };

/** Who is told what happens to the jobs. */
export interface ClipObserver {
  progress(job: ClipJob, progress: ClipProgress): void;
  finished(job: ClipJob, clip: FinishedClip): void;
  /** @param final whether the job is over; otherwise it is tried again */
  failed(job: ClipJob, error: unknown, final: boolean): void;
  /** @param path of a job that cannot be read; it has been set aside there */
  damaged(path: string): void;
}

export interface QueueOptions {
  /** Where jobs are kept; one directory per queue, on the archive's file system. */
  readonly directory: string;
  readonly ring: SegmentRing;
  readonly maker: Pick<ClipMaker, 'archive' | 'prepare' | 'preview' | 'cut' | 'remove'>;
  readonly observer: ClipObserver;
  /** How many clips may be cut at a time, and how many may be checked beside. */
  readonly parallelCuts: number;
  readonly clock: Clock;
  /** A number in [0, 1), as Math.random gives. */
  readonly random: () => number;
}

/** Jobs that wait for their footage at a time. Further ones wait on disk until one of these is done. */
const MAX_RUNNING = 100;
/** Every job holds footage back from retention. */
const MAX_PENDING = 1000;
const RETRY: BackoffPolicy = { first: 2, cap: 300 };
/** ffmpeg refuses again what it has refused so often: about four minutes pass. */
const MAX_REFUSALS = 8;

interface RunningJob {
  readonly job: ClipJob;
  /** Ends this job alone. */
  readonly end: AbortController;
  readonly done: Promise<void>;
}

/**
 * Clip jobs from the moment they are accepted until the clip is in the archive. A job is persisted before anything
 * else and goes on after a restart; many wait at a time, few are cut at a time.
 */
export class ClipQueue {
  private readonly stop = new AbortController();
  private readonly running = new Map<string, RunningJob>();
  /** Jobs that are not running yet, in the order of acceptance. */
  private readonly backlog = new Map<string, ClipJob>();
  private readonly cuts: Limiter;
  /** A clip is checked while the next one is cut. */
  private readonly checks: Limiter;
  /** A preview does not wait for a clip that is cut or decoded. */
  private readonly previews = new Limiter(1);
  /** One at a time, in order: a cancel may come while its event is still being persisted. */
  private readonly intake = new Limiter(1);

  private readonly footage: FootageWatch;

  private opening: Promise<JobStore> | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: QueueOptions) {
    this.cuts = new Limiter(options.parallelCuts);
    this.checks = new Limiter(options.parallelCuts);
    this.footage = new FootageWatch(options.ring, options.clock);
  }

  /**
   * Goes on with the jobs that were not finished. Safe to call again, also after a failure.
   * @throws V2xError `directory` when the jobs' directory cannot be used, `in-use` when another process has it
   */
  async open(): Promise<void> {
    await this.store();
  }

  /**
   * Takes a request; when the promise resolves it is safe on disk.
   * @param isNew whether it begins an incident: then a known id at another time is another one
   * @returns false when the incident has a clip already, or one is on its way
   * @throws V2xError `queue-full`, `in-use`, `closed`, `space` on a full disk; the system's error when it cannot be persisted otherwise
   */
  accept(request: ClipRequest, isNew = true): Promise<boolean> {
    return this.enter(() => this.take(request, isNew));
  }

  private async take(request: ClipRequest, isNew: boolean): Promise<boolean> {
    const store = await this.store();
    if (isNew ? store.covers(request) : store.knows(request.id)) return false;
    if (this.running.size + this.backlog.size >= MAX_PENDING) throw queueFull(request);
    const job = await store.add(request);
    this.options.observer.progress(job, { state: 'queued' });
    this.start(store, job);
    return true;
  }

  /**
   * Drops what there is of an event, since it was no incident: its job, or its clip. The event stays known.
   * @returns false when there is neither
   */
  drop(id: string): Promise<boolean> {
    return this.enter(() => this.dropNow(id));
  }

  private async dropNow(id: string): Promise<boolean> {
    const store = await this.store();
    const ended = await this.end(store, keyOf(id));
    const finished = await store.finished(id);
    if (finished) {
      await this.options.maker.remove(finished.clip);
      await store.markDropped(finished.job);
    }
    const job = finished?.job ?? ended;
    if (job) this.options.observer.progress(job, { state: 'dropped' });
    return job !== undefined;
  }

  /** Drops a job where it is. @returns it; undefined when there is none that is pending */
  private async end(store: JobStore, key: string): Promise<ClipJob | undefined> {
    const running = this.running.get(key);
    running?.end.abort();
    await running?.done;
    const job = running?.job ?? this.backlog.get(key);
    if (!job) return undefined;
    this.backlog.delete(key);
    this.options.ring.unpin(store.workDirectory(job));
    if (store.isPending(job)) {
      await store.markDropped(job);
      await store.finish(job);
    }
    return job;
  }

  private enter<T>(step: () => Promise<T>): Promise<T> {
    return this.intake.run(step).catch((error: unknown) => {
      throw this.toTell(error);
    });
  }

  /** What the user is told of a failure: the system's own words for a full disk say neither which nor what to do. */
  private toTell(error: unknown): unknown {
    return isDiskFull(error) ? archiveFull(this.options.maker.archive, error) : error;
  }

  /** Ends all work; what is not finished goes on when the queue is opened again. */
  close(): Promise<void> {
    this.stop.abort();
    this.closing ??= this.intake.run(async () => {
      const store = await this.opening?.catch(() => undefined);
      await Promise.all([...this.running.values()].map(({ done }) => done));
      this.footage.close();
      await store?.close();
    });
    return this.closing;
  }

  private async store(): Promise<JobStore> {
    if (this.stop.signal.aborted) throw closed();
    this.opening ??= this.openStore().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  private async openStore(): Promise<JobStore> {
    const store = await JobStore.open(this.options.directory);
    const { jobs, damaged } = await store.pending().catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    this.footage.restart();
    for (const job of jobs) this.start(store, job);
    for (const path of damaged) this.options.observer.damaged(path);
    return store;
  }

  /** Holds the footage of a job, and goes on with it when it is its turn. */
  private start(store: JobStore, job: ClipJob): void {
    const { from, to } = windowOf(job.request);
    this.options.ring.pin(store.workDirectory(job), from, to);
    this.backlog.set(job.key, job);
    this.startNext(store);
  }

  private startNext(store: JobStore): void {
    const job = [...this.backlog.values()].at(0);
    if (!job || this.running.size >= MAX_RUNNING || this.stop.signal.aborted) return;
    this.backlog.delete(job.key);
    const end = new AbortController();
    const signal = AbortSignal.any([this.stop.signal, end.signal]);
    const done = this.process(store, job, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.options.observer.failed(job, this.toTell(error), false);
      })
      .finally(() => {
        this.options.ring.unpin(store.workDirectory(job));
        this.running.delete(job.key);
        this.startNext(store);
      });
    this.running.set(job.key, { job, end, done });
  }

  private async process(store: JobStore, job: ClipJob, signal: AbortSignal): Promise<void> {
    await this.waitForFootage(job, job.request.t0, signal);
    await this.preview(job, store.workDirectory(job), signal);
    await this.waitForFootage(job, windowOf(job.request).to, signal);
    const clip = await this.makeUntilDone(store, job, signal);
    if (clip) this.options.observer.finished(job, clip);
    else if (signal.aborted) return;
    else await store.conclude(job);
    await store.finish(job);
  }

  private async waitForFootage(job: ClipJob, moment: number, signal: AbortSignal): Promise<void> {
    const { observer, maker } = this.options;
    const onWaiting = (left: number) => {
      observer.progress(job, { state: 'waiting', left });
    };
    const onNews = () => maker.prepare(job.request, signal);
    await this.footage.wait(job.request, moment, { onWaiting, onNews }, signal);
  }

  /** Shows what there is of T0, unless the whole clip comes at once. The clip does not depend on it. */
  private async preview(job: ClipJob, work: string, signal: AbortSignal): Promise<void> {
    const { maker, observer } = this.options;
    const { kind } = await this.footage.readiness(job.request, windowOf(job.request).to);
    if (signal.aborted || kind !== 'wait') return;
    try {
      const preview = await this.previews.run(() => maker.preview(job.request, { work, signal }), signal);
      if (preview) observer.progress(job, { state: 'preview', ...preview });
    } catch (error) {
      if (!isAborted(signal)) observer.failed(job, this.toTell(error), false);
    }
  }

  /** Tries until there is a clip. @returns undefined when there can be none, or when the job is ended */
  private async makeUntilDone(
    store: JobStore,
    job: ClipJob,
    signal: AbortSignal,
  ): Promise<FinishedClip | undefined> {
    const { clock, observer, random } = this.options;
    let refusals = 0;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const clip = await this.make(job, store.workDirectory(job), signal);
        await store.conclude(job, clip.path);
        return clip;
      } catch (error) {
        if (isAborted(signal)) break;
        if (isRefusal(error) && !isDiskFull(error)) refusals += 1;
        const isGivenUp = refusals === MAX_REFUSALS;
        const isFinal = isGivenUp || codeOf(error) === 'no-footage';
        observer.failed(job, isGivenUp ? givenUp(error) : this.toTell(error), isFinal);
        if (isFinal) break;
      }
      await sleep(clock, backoffDelay(RETRY, failures, random()), signal);
    }
    return undefined;
  }

  private async make(job: ClipJob, work: string, signal: AbortSignal): Promise<FinishedClip> {
    const report = (state: 'cutting' | 'checking') => (percent: number) => {
      this.options.observer.progress(job, { state, percent });
    };
    const [onPercent, onChecked] = [report('cutting'), report('checking')];
    const finish = await this.cuts.run(() => {
      onPercent(0);
      return this.options.maker.cut(job.request, { work, signal, onPercent, onChecked });
    }, signal);
    return this.checks.run(finish, signal);
  }
}

/** Asked in a function, since it changes while something is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function archiveFull(directory: string, cause: unknown): V2xError {
  return new V2xError(
    'space',
    `The disk of the archive ${directory} is full; no clip can be written`,
    { directory },
    {
      cause,
      remedy: 'free disk space, or lower the retention of the store if it is on that disk',
      retry: 'later',
    },
  );
}

function queueFull({ id }: ClipRequest): V2xError {
  return new V2xError(
    'queue-full',
    `The clip of event ${id} cannot be taken now: ${MAX_PENDING} others are waiting`,
    { pending: MAX_PENDING },
    { remedy: 'find out what sends so many events, and whether the recorder is running', retry: 'later' },
  );
}

function givenUp(error: unknown): V2xError {
  return new V2xError(
    'cut',
    `The clip is given up after ${MAX_REFUSALS} tries: ${messageOf(error)}`,
    {},
    { cause: error, remedy: 'the footage stays in the store until it is too old; copy it from there' },
  );
}

function closed(): V2xError {
  const remedy = 'event-dir-in will read its file again; other nodes must send it again';
  return new V2xError(
    'closed',
    'The clip maker is closing and accepts no events',
    {},
    { remedy, retry: 'later' },
  );
}
