import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Action, Version } from '../../../nodes/lib/alert/action';
import { ActionRegistry } from '../../../nodes/lib/alert/issue/registry';
import { temporaryDirectory } from '../../support/flow';

const START = 1_700_000_000;
const VALIDITY = 60;

/** One thing that happens: a request about one of three events, after a pause, maybe after a crash. */
const step = fc.record({
  id: fc.constantFrom('a', 'b', '__proto__'),
  action: fc.constantFrom<Version>('new', 'update', 'cancel'),
  /** Often none: then the same request may come twice. */
  pause: fc.oneof(fc.constant(0), fc.double({ min: -5, max: 40, noNaN: true })),
  crash: fc.boolean(),
});

describe('the life of actions', () => {
  it('keeps its promises for any requests, crashes and clock steps', async (t) => {
    const root = await temporaryDirectory(t);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        run += 1;
        const directory = `${root}/${run}`;
        let now = START;
        let registry = await ActionRegistry.open(directory, 1, now);
        const sent = new Map<number, Action>();
        for (const { id, action, pause, crash } of steps) {
          now += pause;
          if (crash) registry = await ActionRegistry.open(directory, 1, now);
          const issued = await registry
            .issue({ id, action, ts: now }, { now, validity: VALIDITY })
            .catch(() => undefined);
          if (!issued) continue;
          const { version } = issued;
          if (version === 'again') assert.deepEqual(issued.action, sent.get(issued.action.sequence));
          else if (version !== 'superseded') check(issued.action, version, sent, now);
        }
      }),
      { numRuns: 40 },
    );
  });
});

function check(action: Action, version: Version, sent: Map<number, Action>, now: number): void {
  const before = sent.get(action.sequence);
  sent.set(action.sequence, action);
  assert.equal(version === 'new', before === undefined);
  assert.equal(version === 'cancel', action.status === 'cancelled');
  assert.ok(action.detected <= action.referenceTime);
  assert.ok(action.expires > now - 0.001);
  if (!before) return;
  assert.equal(action.eventId, before.eventId);
  assert.ok(action.referenceTime > before.referenceTime);
  if (before.status === 'cancelled') assert.equal(version, 'cancel');
}
