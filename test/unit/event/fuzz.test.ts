import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fuzzEventFiles } from './fuzz-files';

/** A slice; `npm run bench:fuzz` does 100,000. */
const RUNS = 10_000;

it('random and mutated event files are events, incomplete, or refused', async (t) => {
  const { runs, outcomes } = await fuzzEventFiles(RUNS, 60);
  t.diagnostic(JSON.stringify(outcomes));
  assert.equal(runs, RUNS);
  assert.deepEqual(Object.keys(outcomes).sort(), ['event', 'incomplete', 'noted', 'taken']);
});
