import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { lockDirectory } from '../../../nodes/lib/recording/lock';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';

describe('lockDirectory', () => {
  it('lets one in at a time', async (t) => {
    const directory = await temporaryDirectory(t);
    const unlock = await lockDirectory(directory);
    await assert.rejects(lockDirectory(directory), { code: 'in-use' });
    await unlock();
    await (
      await lockDirectory(directory)
    )();
  });

  it('needs no other process, which somebody could end', async (t) => {
    const directory = await temporaryDirectory(t);
    const children = () => readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
    const before = await children();
    const unlock = await lockDirectory(directory);
    assert.equal(await children(), before);
    await unlock();
  });

  it('is free at once when the process that had it was killed, whatever it had started', async (t) => {
    const directory = await temporaryDirectory(t);
    const script = `
      const { lockDirectory } = require('./nodes/lib/recording/lock');
      void lockDirectory(process.argv[1]).then(() => {
        const { pid } = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
        console.log(pid);
      });
      setInterval(() => undefined, 1000);
    `;
    const other = spawn(process.execPath, ['--import', 'tsx', '-e', script, directory], {
      cwd: resolve('.'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(t, () => other.kill('SIGKILL'));
    const exit = once(other, 'exit');
    const [started] = (await Promise.race([once(other.stdout, 'data'), exit])) as unknown[];
    assert.ok(Number(started) > 1, `it told ${String(started)}`);
    atEnd(t, () => process.kill(Number(started)));
    await assert.rejects(lockDirectory(directory), { code: 'in-use' });
    other.kill('SIGKILL');
    await exit;

    await (
      await lockDirectory(directory)
    )();
  });

  it('says what it cannot lock', async (t) => {
    const directory = join(await temporaryDirectory(t), 'missing');
    await assert.rejects(lockDirectory(directory), { code: 'lock', message: new RegExp(directory) });
  });
});
