import { systemClock } from '../../../nodes/lib/time/clock';
import { ClipMaker } from '../../../nodes/lib/clip/maker';
import { ClipQueue } from '../../../nodes/lib/clip/jobs/queue';
import type { ClipRequest } from '../../../nodes/lib/clip/jobs/request';
import type { Segment } from '../../../nodes/lib/recording/segment';
import { FakeRing } from './footage';

/** A process of its own that makes clips, so that a test can kill it. It prints each state as a line. */
export interface ClipProcessTask {
  readonly footage: string;
  readonly archive: string;
  readonly jobs: string;
  readonly segments: readonly Segment[];
  readonly request: ClipRequest;
}

function say(state: string): void {
  process.stdout.write(`${state}\n`);
}

async function main(task: ClipProcessTask): Promise<void> {
  const ring = new FakeRing(task.footage, 2, task.segments);
  const queue = new ClipQueue({
    directory: task.jobs,
    ring,
    maker: new ClipMaker(ring, task.archive, systemClock),
    observer: {
      progress: (_job, { state }) => {
        say(state);
      },
      finished: () => {
        say('finished');
      },
      failed: (_job, error) => {
        say(`failed ${String(error)}`);
      },
      damaged: say,
    },
    parallelCuts: 1,
    clock: systemClock,
    random: Math.random,
  });
  await queue.accept(task.request);
}

void main(JSON.parse(process.argv[2]) as ClipProcessTask);
