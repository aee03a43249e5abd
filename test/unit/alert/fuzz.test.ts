import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fuzzDatagrams } from './fuzz-datagrams';

/** A slice; `npm run bench:fuzz` does a million. */
const RUNS = 20_000;

it('a receiver under random and mutated datagrams trusts only what was signed, and throws at none', async (t) => {
  const { runs, outcomes } = await fuzzDatagrams(RUNS, 60);
  t.diagnostic(JSON.stringify(outcomes));
  assert.equal(runs, RUNS);
  for (const outcome of [
    'trusted, duplicate',
    'malformed',
    'signature',
    'algorithm',
    'unknown-key',
    'too-large',
  ]) {
    assert.ok(outcomes[outcome] > 0, `none was ${outcome}`);
  }
});
