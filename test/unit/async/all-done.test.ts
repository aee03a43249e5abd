import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allDone } from '../../../nodes/lib/async/all-done';
import { settle } from '../../support/fake-clock';

describe('allDone', () => {
  it('gives what all have given', async () => {
    assert.deepEqual(await allDone([Promise.resolve(1), 'two']), [1, 'two']);
  });

  it('waits for the others when one fails, and throws the first failure', async () => {
    let release: (reason: Error) => void = () => undefined;
    const slow = new Promise((_resolve, reject) => (release = reject));
    let over = false;
    const all = allDone([slow, Promise.reject(new Error('failed'))]).finally(() => (over = true));
    const rejected = assert.rejects(all, /failed too/);

    await settle();
    assert.equal(over, false);
    release(new Error('failed too'));
    await rejected;
  });
});
