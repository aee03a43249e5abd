import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoffDelay } from '../../../nodes/lib/time/backoff';

describe('backoffDelay', () => {
  const policy = { first: 1, cap: 30 };
  for (const [failures, random, seconds] of [
    [1, 0, 0.5],
    [1, 1, 1],
    [4, 1, 8],
    [10, 1, 30],
    [2000, 0, 15],
  ] as const) {
    it(`waits ${seconds} s after ${failures} failures with jitter ${random}`, () => {
      assert.equal(backoffDelay(policy, failures, random), seconds);
    });
  }
});
