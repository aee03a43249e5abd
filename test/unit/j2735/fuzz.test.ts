import assert from 'node:assert/strict';
import { it } from 'node:test';
import { V2xError } from '../../../nodes/lib/errors';
import { decodeMessage, encodeMessage } from '../../../nodes/lib/j2735/frame';
import { fuzz, mutate } from '../../support/fuzz';
import { vectors } from './vectors';

/** A slice; V2X_FUZZ=1000000 does a million. */
const RUNS = Number(process.env.V2X_FUZZ ?? 5_000);

it('random and mutated octets are a message, which encodes to the same octets, or refused', async (t) => {
  const seeds = vectors().map(({ uperHex }) => Buffer.from(uperHex, 'hex'));
  const { runs, seconds, outcomes } = await fuzz(RUNS, 600, () => {
    const octets = mutate(seeds);
    try {
      assert.ok(encodeMessage(decodeMessage(octets)).equals(octets), octets.toString('hex'));
      return 'decoded';
    } catch (error) {
      if (error instanceof V2xError) return error.code;
      throw error;
    }
  });
  t.diagnostic(JSON.stringify({ runs, seconds, ...outcomes }));
  assert.equal(runs, RUNS);
  assert.deepEqual(Object.keys(outcomes).sort(), ['decoded', 'malformed', 'unsupported']);
});
