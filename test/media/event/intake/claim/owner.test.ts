import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ownerLives,
  registerOwner,
  unregisterOwner,
} from '../../../../../nodes/lib/event/intake/claim/owner';

describe('owner of a claim', () => {
  it('lives from its registration to its end, each watcher of a process by itself', async () => {
    const [one, other] = [await registerOwner(), await registerOwner()];
    assert.notEqual(one, other);
    assert.equal(await ownerLives(one), true);
    unregisterOwner(one);
    assert.equal(await ownerLives(one), false);
    assert.equal(await ownerLives(other), true);
    unregisterOwner(other);
  });

  it('is another when the process id was given to a new process', async () => {
    const parent = process.ppid;
    assert.equal(await ownerLives(`${parent}-1-1`), false, 'it started at another time');
  });

  it('does not live when its process has ended, and no other name lives', async () => {
    for (const name of ['4194304-1-1', '', 'done', '0-0-0', '-1-0-0', '../x']) {
      assert.equal(await ownerLives(name), false, name);
    }
  });
});
