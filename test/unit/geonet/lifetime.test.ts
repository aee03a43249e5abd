import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lifetimeOctet, readLifetime } from '../../../nodes/lib/geonet/lifetime';

describe('the lifetime of a packet', () => {
  it('is rounded down to what its octet can say', () => {
    const said = [0, 0.04, 1, 3.15, 3.2, 60, 63, 64, 600, 6300, 1e6].map((seconds) =>
      readLifetime(lifetimeOctet(seconds)),
    );
    assert.deepEqual(
      said.map((seconds) => Number(seconds.toFixed(2))),
      [0, 0, 1, 3.15, 3, 60, 63, 60, 600, 6300, 6300],
    );
  });
});
