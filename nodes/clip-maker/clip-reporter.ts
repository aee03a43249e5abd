import type { ClipJob } from '../lib/clip/jobs/job-store';
import type { FinishedClip } from '../lib/clip/maker';
import type { ClipObserver, ClipProgress } from '../lib/clip/jobs/queue';
import { messageOf } from '../lib/errors';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { timeOfDay } from '../lib/node-red/status';

/** Seconds between two reports on output 2 while a job waits; the status counts down every second. */
const WAITING_INTERVAL = 10;
/** Steps in which the progress of cutting and checking is reported, in percent. */
const PERCENT_STEP = 10;

/** Reports the progress of one node's clips to the flow and the user. */
export class ClipReporter implements ClipObserver {
  private readonly active = new Map<string, ClipProgress>();
  /** The last failure of each job: a retry that fails the same way is not reported again. */
  private readonly failures = new Map<string, string>();

  constructor(private readonly node: FlowNode) {}

  ready(): void {
    this.node.status.ok('ready');
  }

  progress(job: ClipJob, progress: ClipProgress): void {
    if (progress.state === 'dropped') {
      this.dropped(job, progress);
      return;
    }
    const before = this.active.get(job.key);
    if (!isStep(before, progress)) return;
    this.active.set(job.key, progress);
    this.showStatus();
    if (isWorthSending(before, progress)) this.node.send(null, outgoing(job, progress));
  }

  finished(job: ClipJob, clip: FinishedClip): void {
    const { description } = clip;
    this.forget(job);
    for (const note of description.notes) this.node.warn(`${clip.path}: ${note}`);
    this.node.send(outgoing(job, payloadOf(clip)), null);
    if (clip.fault) this.node.report(clip.fault, outgoing(job, job.request.event));
    else if (this.active.size > 0) this.showStatus();
    else this.node.status.ok('kept', { time: timeOfDay(job.request.t0) });
  }

  failed(job: ClipJob, error: unknown, final: boolean): void {
    const repeated = this.failures.get(job.key) === messageOf(error);
    this.failures.set(job.key, messageOf(error));
    this.active.set(job.key, { state: 'queued' });
    if (final) this.forget(job);
    if (repeated) this.node.status.failed('failed');
    else this.node.report(error, outgoing(job, job.request.event));
  }

  private dropped(job: ClipJob, progress: ClipProgress): void {
    this.forget(job);
    if (this.active.size > 0) this.showStatus();
    else this.node.status.ok('dropped', { time: timeOfDay(job.request.t0) });
    this.node.send(null, outgoing(job, progress));
  }

  damaged(path: string): void {
    this.node.warn(`The clip job ${path} cannot be read; it is set aside and its clip is not made`);
  }

  private forget({ key }: ClipJob): void {
    this.active.delete(key);
    this.failures.delete(key);
  }

  /** Shows the job that is furthest. */
  private showStatus(): void {
    const jobs = [...this.active.values()];
    const working = jobs.find((job) => job.state === 'cutting' || job.state === 'checking');
    const waiting = jobs.flatMap((job) => (job.state === 'waiting' ? [job.left] : []));
    const left = Math.min(...waiting);
    if (working) this.node.status.busy(working.state, { percent: working.percent });
    else if (left > 0 && waiting.length > 0)
      this.node.status.waiting('waiting', { left, count: jobs.length });
    else if (waiting.length > 0) this.node.status.waiting('closing');
    else this.node.status.waiting('queued', { count: jobs.length });
  }
}

/** Whether progress is more than a few percent of the same work. */
function isStep(before: ClipProgress | undefined, progress: ClipProgress): boolean {
  if (before?.state !== progress.state || !('percent' in before && 'percent' in progress)) return true;
  return progress.percent >= before.percent + PERCENT_STEP || progress.percent < before.percent;
}

/** While a job waits, the seconds that are left are news now and then only, and none while they stand still. */
function isWorthSending(before: ClipProgress | undefined, progress: ClipProgress): boolean {
  if (progress.state !== 'waiting' || before?.state !== 'waiting') return true;
  return progress.left !== before.left && progress.left % WAITING_INTERVAL === 0;
}

function outgoing({ key, request }: ClipJob, payload: unknown): Message {
  const clip = { id: key, event: request.id };
  return { payload, clip, event: request.context };
}

function payloadOf({ path, manifest, snapshot, signature, description }: FinishedClip): object {
  const { achieved, duration_s, t0_offset_s, ...rest } = description;
  return {
    path,
    manifest,
    snapshot,
    signature,
    ...achieved,
    duration: duration_s,
    t0Offset: t0_offset_s,
    ...rest,
  };
}
