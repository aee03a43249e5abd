import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileSystemType, listingSeconds } from '../../../../nodes/lib/event/intake/watch';
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
