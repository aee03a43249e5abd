import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { lockDirectory } from '../../../nodes/lib/recording/lock';
import { temporaryDirectory } from '../../support/flow';

describe('lockDirectory', () => {
  it('lets one in at a time', async (t) => {
    const directory = await temporaryDirectory(t);
    const unlock = await lockDirectory(directory);
    await assert.rejects(lockDirectory(directory), { code: 'taken' });
    await unlock();
    await (
      await lockDirectory(directory)
    )();
  });

  it('is free again when the process that had it was killed', async (t) => {
    const directory = await temporaryDirectory(t);
    const script = `
      const { lockDirectory } = require('./nodes/lib/recording/lock');
      void lockDirectory(process.argv[1]).then(() => console.log('locked'));
      setInterval(() => undefined, 1000);
    `;
    const other = spawn(process.execPath, ['--import', 'tsx', '-e', script, directory], {
      cwd: resolve('.'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');
    await assert.rejects(lockDirectory(directory), { code: 'taken' });
    other.kill('SIGKILL');
    await once(other, 'exit');

    let unlock: (() => Promise<void>) | undefined;
    // The lock's holder needs a moment to see that its parent has gone.
    while (!unlock) unlock = await lockDirectory(directory).catch(() => undefined);
    await unlock();
  });

  it('says what it cannot lock', async (t) => {
    const directory = join(await temporaryDirectory(t), 'missing');
    await assert.rejects(lockDirectory(directory), { code: 'lock', message: new RegExp(directory) });
  });
});
