import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ClaimByJournal } from '../../../../../nodes/lib/event/intake/claim/claim-by-journal';
import { localDisk } from '../../../../../nodes/lib/event/intake/disk';

const CONTENT = Buffer.from('{"type":"fire"}');

async function openJournal(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-journal-'));
  t.after(() => rm(directory, { recursive: true }));
  const journal = join(directory, '.taken');
  const claims = new ClaimByJournal(directory, journal, localDisk);
  await claims.open();
  t.after(() => claims.close());
  return { directory, journal, claims };
}

/** @returns what ends the claim */
async function claim(claims: ClaimByJournal, name: string) {
  const found = await claims.claim(name, CONTENT);
  assert.ok(typeof found === 'object');
  return found;
}

describe('claims by journal', () => {
  it('forget files that are gone, while they run', async (t) => {
    const { directory, journal, claims } = await openJournal(t);
    await writeFile(join(directory, 'stays.json'), CONTENT);
    await (await claim(claims, 'stays.json')).finish();
    const open = await claim(claims, 'in-hand.json');
    for (let count = 0; count < 120; count += 1) await (await claim(claims, `${count}.json`)).finish();
    assert.equal((await readdir(journal)).length, 122);

    await claims.freeAbandoned();

    assert.equal((await readdir(journal)).length, 2, 'of the file that is there, and of the one in hand');
    assert.equal(await claims.claim('stays.json', CONTENT), 'done');
    assert.equal(await claims.claim('in-hand.json', CONTENT), undefined);
    await open.finish();
    assert.ok(await claim(claims, '7.json'), 'what is written again is an event again');
  });

  it('keep their peace until there is much to forget', async (t) => {
    const { journal, claims } = await openJournal(t);
    for (let count = 0; count < 50; count += 1) await (await claim(claims, `${count}.json`)).finish();
    await claims.freeAbandoned();
    assert.equal((await readdir(journal)).length, 50);
  });
});
