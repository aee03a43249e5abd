import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freeFullDisk, freeSpace } from '../../../../nodes/lib/recording/ring/free-space';
import type { Eviction } from '../../../../nodes/lib/recording/ring/retention';
import type { Ring } from '../../../../nodes/lib/recording/ring/ring';
import { segment } from './segments';

/** A ring whose trim ends like this, and the warnings. */
function setUp(eviction: Partial<Eviction>) {
  const warnings: string[] = [];
  const trim = () => Promise.resolve({ evicted: [], missingBytes: 0, diskFull: false, ...eviction });
  const ring = { directory: '/rec', trim } as unknown as Ring;
  return { options: { ring, onWarning: (text: string) => void warnings.push(text) }, warnings };
}

describe('freeSpace', () => {
  it('says nothing while retention alone decides', async () => {
    const { options, warnings } = setUp({ evicted: [segment(0)] });
    await freeSpace(options);
    assert.deepEqual(warnings, []);
  });

  it('warns when segments go early, and when only pinned footage is left', async () => {
    const early = setUp({ evicted: [segment(0)], diskFull: true });
    await freeSpace(early.options);
    assert.match(early.warnings[0], /\/rec is full: the oldest segments are deleted early/);
    const pinned = setUp({ missingBytes: 1, diskFull: true });
    await freeSpace(pinned.options);
    assert.match(pinned.warnings[0], /all footage left is needed by clips/);
  });
});

describe('freeFullDisk', () => {
  it('goes on when something could be deleted', async () => {
    const { options, warnings } = setUp({ evicted: [segment(0)], diskFull: true });
    await freeFullDisk(options);
    assert.equal(warnings.length, 1);
  });

  it('fails when nothing may be deleted, or free space is not the problem', async () => {
    await assert.rejects(freeFullDisk(setUp({ missingBytes: 1 }).options), {
      code: 'space',
      message: /all footage left is needed by clips/,
    });
    await assert.rejects(freeFullDisk(setUp({}).options), { code: 'space', message: /quota and inodes/ });
  });
});
