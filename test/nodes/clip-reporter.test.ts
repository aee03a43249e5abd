import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClipReporter } from '../../nodes/clip-maker/clip-reporter';
import type { ClipJob } from '../../nodes/lib/clip/jobs/job-store';
import type { ClipProgress } from '../../nodes/lib/clip/jobs/queue';
import type { FlowNode } from '../../nodes/lib/node-red/flow-node';

describe('the progress of a clip on output 2', () => {
  it('says how long it waits now and then, and once that nothing is left', () => {
    const sent: unknown[] = [];
    const ignore = () => undefined;
    const node = {
      send: (_clip: null, message: { readonly payload: unknown }) => sent.push(message.payload),
      status: { ok: ignore, busy: ignore, waiting: ignore },
    };
    const reporter = new ClipReporter(node as unknown as FlowNode);
    const job = { key: 'job', request: { id: 'crash' } } as unknown as ClipJob;
    const waiting = (left: number): ClipProgress => ({ state: 'waiting', left });
    for (const left of [12, 11, 10, 10, 9, 1, 0, 0, 0]) reporter.progress(job, waiting(left));
    reporter.progress(job, { state: 'cutting', percent: 0 });
    assert.deepEqual(sent, [waiting(12), waiting(10), waiting(0), { state: 'cutting', percent: 0 }]);
  });
});
