import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dataPath } from '../../../nodes/lib/node-red/data-path';
import { booleanSetting, numberSetting, withoutUnset } from '../../../nodes/lib/node-red/settings';
import { atEnd } from '../../support/at-end';

const RANGE = { fallback: 300, min: 0, max: 3600 };

describe('settings', () => {
  it('drops empty values and references to variables that are not set', () => {
    const settings = { a: '', b: null, c: '${NOT_SET}', d: 0, e: false, f: 'x${y}' };
    assert.deepEqual(withoutUnset(settings), { d: 0, e: false, f: 'x${y}' });
  });

  it('reads numbers from numbers and strings', () => {
    assert.equal(numberSetting('pre', undefined, RANGE), 300);
    assert.equal(numberSetting('pre', '', RANGE), 300);
    assert.equal(numberSetting('pre', '8', RANGE), 8);
    assert.equal(numberSetting('pre', 0, RANGE), 0);
  });

  for (const value of ['abc', ' ', -1, 3601, NaN, true, {}, '1e9']) {
    it(`refuses ${JSON.stringify(value)} as a number, naming setting and range`, () => {
      assert.throws(() => numberSetting('pre', value, RANGE), /"pre".*from 0 to 3600/);
    });
  }

  it('reads booleans from the environment', () => {
    assert.equal(booleanSetting(undefined, true), true);
    assert.equal(booleanSetting('false', true), false);
    assert.equal(booleanSetting('true', false), true);
  });

  it('puts relative directories below the data root', (t) => {
    const before = process.env.V2X_DATA;
    atEnd(t, () => {
      if (before === undefined) delete process.env.V2X_DATA;
      else process.env.V2X_DATA = before;
    });
    process.env.V2X_DATA = '/srv/v2x';
    assert.equal(dataPath('rec', '/home/user/.node-red'), '/srv/v2x/rec');
    assert.equal(dataPath('/mnt/rec', '/home/user/.node-red'), '/mnt/rec');
    delete process.env.V2X_DATA;
    assert.equal(dataPath('rec', '/home/user/.node-red'), '/home/user/.node-red/v2x/rec');
  });
});
