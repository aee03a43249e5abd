import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import {
  ownerLives,
  registerOwner,
  unregisterOwner,
} from '../../../../../nodes/lib/event/intake/claim/owner';

describe('the owner of claimed files', () => {
  it('lives until it is unregistered, each watcher of a process by itself', async () => {
    const [one, other] = [await registerOwner(), await registerOwner()];
    unregisterOwner(one);
    assert.deepEqual([await ownerLives(one), await ownerLives(other)], [false, true]);
    unregisterOwner(other);
  });

  it('is not another process that got the number of one that died', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    assert.equal(await ownerLives(`${child.pid}-1-1`), false, 'that one began at another time');
    child.kill();
    await once(child, 'exit');
    assert.equal(await ownerLives(`${child.pid}-1-1`), false);
  });

  it('is nothing else that lies in the directory', async () => {
    for (const name of ['', 'notes', '0-0-0', '-1-1-1', `${process.pid}-1-1`])
      assert.equal(await ownerLives(name), false, name);
  });
});
