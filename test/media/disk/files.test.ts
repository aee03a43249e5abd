import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ensureWritableDirectory, writeWhole } from '../../../nodes/lib/disk/files';
import { temporaryDirectory } from '../../support/flow';

describe('writeWhole', () => {
  it('replaces a file and leaves nothing else behind', async (t) => {
    const directory = await temporaryDirectory(t);
    const path = join(directory, 'a.json');
    await writeWhole(path, 'one');
    await writeWhole(path, 'two', { mode: 0o600 });
    assert.equal(await readFile(path, 'utf8'), 'two');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(directory), ['a.json']);
  });
});

describe('ensureWritableDirectory', () => {
  it('creates what is missing', async (t) => {
    const directory = join(await temporaryDirectory(t), 'a', 'b');
    await ensureWritableDirectory(directory, 'events');
    assert.ok((await stat(directory)).isDirectory());
  });

  it('names directory and user when it cannot', async (t) => {
    const file = join(await temporaryDirectory(t), 'file');
    await writeFile(file, '');
    await assert.rejects(
      ensureWritableDirectory(file, 'events'),
      /events directory .*file cannot be used by user \w+/,
    );
  });

  it('tells a link that leads nowhere, also above the directory', async (t) => {
    const link = join(await temporaryDirectory(t), 'archive');
    await symlink('disk/clips', link);
    for (const directory of [link, join(link, '.jobs', 'a')])
      await assert.rejects(
        ensureWritableDirectory(directory, 'archive'),
        /: \S+archive is a link to \/\S+\/disk\/clips, which does not exist; mount or create it$/,
      );
  });

  it('fails where nobody can make a directory, rather than to try for ever', async () => {
    await assert.rejects(ensureWritableDirectory('/proc/v2x/a', 'archive'), /ENOENT/);
  });

  it('gives the command that mends missing permission', async (t) => {
    const directory = await temporaryDirectory(t);
    await chmod(directory, 0o500);
    const program = `require('./nodes/lib/disk/files').ensureWritableDirectory('${directory}/events', 'events')
      .catch((error) => console.log(error.message))`;
    // Root may write anywhere, so another user has to try.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', program], user);
    assert.match(
      stdout,
      /cannot be used by user \w+: EACCES.*run: sudo mkdir -p '.*' && sudo chown -R \w+ '/,
    );
  });
});
