import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Refusals } from '../../../../nodes/lib/alert/trust/refusals';

describe('refusals in the log', () => {
  it('get one line per reason and period, which says how many there were', () => {
    const refusals = new Refusals(60);
    assert.equal(refusals.count('signature', 100), 1, 'the first at once');
    assert.equal(refusals.count('signature', 101), 0);
    assert.equal(refusals.count('malformed', 101), 1, 'each reason by itself');
    assert.equal(refusals.count('signature', 159), 0);
    assert.equal(refusals.count('signature', 160), 3, 'all since the last line');
    assert.equal(refusals.total, 5);
  });
});
