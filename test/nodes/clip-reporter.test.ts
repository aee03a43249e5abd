import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClipReporter } from '../../nodes/clip-maker/clip-reporter';
import type { ClipJob } from '../../nodes/lib/clip/jobs/job-store';
import type { ClipProgress } from '../../nodes/lib/clip/jobs/queue';
import type { FlowNode } from '../../nodes/lib/node-red/flow-node';

/** Reports the progress of one job. @returns what was sent, and how often the status changed */
function report(...steps: readonly ClipProgress[]): { sent: unknown[]; statuses: number } {
  const sent: unknown[] = [];
  let statuses = 0;
  const count = () => (statuses += 1);
  const node = {
    send: (_clip: null, message: { readonly payload: unknown }) => sent.push(message.payload),
    status: { ok: count, busy: count, waiting: count },
  };
  const reporter = new ClipReporter(node as unknown as FlowNode);
  const job = { key: 'job', request: { id: 'crash' } } as unknown as ClipJob;
  for (const step of steps) reporter.progress(job, step);
  return { sent, statuses };
}

describe('the progress of a clip on output 2', () => {
  it('says how long it waits now and then, and once that nothing is left', () => {
    const waiting = (left: number): ClipProgress => ({ state: 'waiting', left });
    const cutting: ClipProgress = { state: 'cutting', percent: 0 };
    const { sent } = report(...[12, 11, 10, 10, 9, 1, 0, 0, 0].map(waiting), cutting);
    assert.deepEqual(sent, [waiting(12), waiting(10), waiting(0), cutting]);
  });

  it('counts percent in steps of ten, and anew when the work begins again', () => {
    const checking = (percent: number): ClipProgress => ({ state: 'checking', percent });
    const all = Array.from({ length: 101 }, (_, percent) => checking(percent));
    const { sent, statuses } = report(...all, checking(0));
    const tens = Array.from({ length: 11 }, (_, ten) => checking(10 * ten));
    assert.deepEqual(sent, [...tens, checking(0)]);
    assert.equal(statuses, sent.length);
  });
});
