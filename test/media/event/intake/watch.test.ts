import assert from 'node:assert/strict';
import { EventEmitter, on } from 'node:events';
import { writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileSystemType, listingSeconds, watchDirectory } from '../../../../nodes/lib/event/intake/watch';
import { temporaryDirectory } from '../../../support/flow';

const EXT4 = 0xef53;
const NFS = 0x6969;
const CIFS = 0xff534d42;

describe('listingSeconds', () => {
  it('lists a directory each second where the system does not tell of what others write', () => {
    assert.deepEqual([NFS, CIFS].map(listingSeconds), [1, 1]);
    assert.deepEqual([EXT4, 0].map(listingSeconds), [30, 30]);
  });

  it('asks the system for the type, and takes a directory that is not there for a local one', async (t) => {
    const directory = await temporaryDirectory(t);
    assert.ok((await fileSystemType(directory)) > 0);
    assert.equal(await fileSystemType(`${directory}/none`), 0);
  });
});

describe('watchDirectory', () => {
  it('reports each change, and reads neither the directory nor its entries for it', async (t) => {
    const directory = await temporaryDirectory(t);
    writeFileSync(join(directory, 'before.json'), '{}');
    const changes = new EventEmitter();
    const unexpected = () => assert.fail('nothing happened to the directory');
    const end = await watchDirectory(directory, {
      changed: (name) => changes.emit('changed', name),
      unsure: unexpected,
      gone: unexpected,
      failed: unexpected,
    });
    const lists = t.mock.method(promises, 'readdir');
    const looks = t.mock.method(promises, 'lstat');
    const changed = on(changes, 'changed', { signal: AbortSignal.timeout(60_000) });
    for (const name of ['a.json', 'b.json', 'c.json']) {
      writeFileSync(join(directory, name), '{}');
      while ((((await changed.next()).value ?? []) as string[])[0] !== name);
    }
    const reads = [lists.mock.callCount(), looks.mock.callCount()];
    await end();
    assert.deepEqual(reads, [0, 0]);
  });
});
