import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openWorkFile, stateOfTree } from '../../../nodes/lib/recording/open-file';
import { temporaryDirectory } from '../../support/flow';

describe('stateOfTree', () => {
  it('stays as it is while nothing is written, and changes when a file grows', async (t) => {
    const directory = await temporaryDirectory(t);
    await mkdir(join(directory, 'pictures'));
    const file = join(directory, 'pictures', '000.mp4');
    await writeFile(file, 'one');
    const before = await stateOfTree(directory);
    assert.equal(await stateOfTree(directory), before);
    await writeFile(file, 'more');
    assert.notEqual(await stateOfTree(directory), before);
  });

  it('changes when a segment is closed and the next one is of the same size', async (t) => {
    const directory = await temporaryDirectory(t);
    const archive = await temporaryDirectory(t);
    await writeFile(join(directory, '000.mp4'), 'head');
    const before = await stateOfTree(directory);
    await rename(join(directory, '000.mp4'), join(archive, '000.mp4'));
    await writeFile(join(directory, '001.mp4'), 'head');
    assert.notEqual(await stateOfTree(directory), before);
  });

  it('is that of an empty directory when there is none', async (t) => {
    const directory = await temporaryDirectory(t);
    assert.equal(await stateOfTree(join(directory, 'none')), await stateOfTree(directory));
  });
});

describe('openWorkFile', () => {
  it('finds a segment that is being written, and none that was left behind', async (t) => {
    const directory = await temporaryDirectory(t);
    assert.equal(await openWorkFile(directory, Date.now() / 1000), undefined);
    await mkdir(join(directory, 'run'));
    await writeFile(join(directory, 'run', '000.mp4'), 'head');
    const now = Date.now() / 1000;
    const begun = await openWorkFile(directory, now);
    assert.ok(begun !== undefined && Math.abs(begun - now) < 5);
    assert.equal(await openWorkFile(directory, now + 60), undefined);
  });
});
