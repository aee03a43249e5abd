import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Request } from '../../../../nodes/lib/alert/action';
import { ActionRegistry } from '../../../../nodes/lib/alert/issue/registry';
import { shareRegistry } from '../../../../nodes/lib/alert/issue/shared-registry';
import { takeLock } from '../../../../nodes/lib/disk/lock';
import { temporaryDirectory } from '../../../support/flow';

const NOW = 1_700_000_000;
const timing = (now = NOW, validity = 600) => ({ now, validity });
const event = (id: string, action: Request['action'] = 'new', ts = NOW): Request => ({ id, action, ts });

describe('ActionRegistry', () => {
  it('allocates, and keeps the action id through update and cancel with a growing reference time', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    const issued = [
      await registry.issue(event('a'), timing()),
      await registry.issue(event('b'), timing()),
      await registry.issue(event('a', 'update'), timing()),
      await registry.issue(event('a', 'cancel'), timing(NOW - 3600)),
    ];
    assert.deepEqual(
      issued.map(({ version }) => version),
      ['new', 'new', 'update', 'cancel'],
    );
    assert.deepEqual(
      issued.map(({ action }) => action.sequence),
      [0, 1, 0, 0],
    );
    assert.deepEqual(
      issued.map(({ action }) => action.referenceTime),
      [NOW, NOW, NOW + 0.001, NOW + 0.002],
    );
    assert.deepEqual(
      issued.map(({ action }) => action.status),
      ['active', 'active', 'active', 'cancelled'],
    );
  });

  it('gives the same version for a request that comes twice, also to a process that began anew', async (t) => {
    const directory = await temporaryDirectory(t);
    const before = await ActionRegistry.open(directory, 1001, NOW);
    const first = await before.issue(event('a'), timing());
    // No close: the process was killed.
    const after = await ActionRegistry.open(directory, 1001, NOW);
    assert.deepEqual(await after.issue(event('a'), timing(NOW + 1)), { ...first, version: 'again' });
    const cancel = await after.issue(event('a', 'cancel', NOW + 1), timing(NOW + 1));
    assert.equal(cancel.version, 'cancel');
    assert.equal((await after.issue(event('a'), timing(NOW + 2))).version, 'superseded');
    const again = await after.issue(event('a', 'cancel', NOW + 1), timing(NOW + 2));
    assert.deepEqual(again, { ...cancel, version: 'again' });
  });

  it('takes a request that says something else for an update', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    const first = await registry.issue(event('a'), timing());
    const again = await registry.issue(event('a', 'new', NOW + 1), timing(NOW + 1));
    assert.deepEqual([again.version, again.action.sequence], ['update', first.action.sequence]);
    assert.ok(again.action.referenceTime > first.action.referenceTime);
  });

  it('counts validity from detection, and a cancel lasts as long as what it cancels', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    const { action } = await registry.issue(event('a', 'new', NOW - 100), timing());
    assert.deepEqual([action.detected, action.expires], [NOW - 100, NOW + 500]);
    const cancel = await registry.issue(event('a', 'cancel', NOW - 550), timing());
    assert.equal(cancel.action.expires, NOW + 500);
  });

  it('rounds the end of validity up to whole seconds', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    const { action } = await registry.issue(event('a', 'new', NOW - 0.75), timing());
    assert.deepEqual([action.detected, action.expires], [NOW - 0.75, NOW + 600]);
    const update = await registry.issue(event('a', 'update', NOW + 0.001), timing(NOW + 0.002));
    assert.deepEqual([update.action.referenceTime, update.action.expires], [NOW + 0.002, NOW + 601]);
  });

  it('cancels, also after a restart, what an update with less validity left in vehicles', async (t) => {
    const directory = await temporaryDirectory(t);
    const before = await ActionRegistry.open(directory, 1001, NOW);
    await before.issue(event('a', 'new', NOW), timing());
    const update = await before.issue(event('a', 'update', NOW - 550), timing());
    assert.equal(update.action.expires, NOW + 50);
    const after = await ActionRegistry.open(directory, 1001, NOW + 100);
    const cancel = await after.issue(event('a', 'cancel', NOW - 550), timing(NOW + 100));
    assert.deepEqual([cancel.action.sequence, cancel.action.expires], [0, NOW + 600]);
  });

  it('finds an action that the release before kept, which ends with its last version', async (t) => {
    const directory = await temporaryDirectory(t);
    const times = { referenceTime: NOW, detected: NOW, expires: NOW + 600 };
    const line = { eventId: 'a', station: 1001, sequence: 7, ...times, status: 'active', requests: [] };
    await writeFile(join(directory, 'station-1001.jsonl'), `\n${JSON.stringify(line)}`);
    const registry = await ActionRegistry.open(directory, 1001, NOW);
    const cancel = await registry.issue(event('a', 'cancel', NOW + 1), timing(NOW + 1));
    assert.deepEqual([cancel.action.sequence, cancel.action.expires], [7, NOW + 601]);
  });

  it('updates and cancels when the clock was set back', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    await registry.issue(event('a'), timing());
    const back = NOW - 3600;
    const update = await registry.issue(event('a', 'update', back + 5), timing(back + 10));
    assert.deepEqual([update.version, update.action.referenceTime], ['update', NOW + 0.001]);
    assert.equal(update.action.expires, NOW + 595);
    const cancel = await registry.issue(event('a', 'cancel', back + 20), timing(back + 20));
    assert.deepEqual([cancel.version, cancel.action.expires], ['cancel', NOW + 601]);
  });

  it('does not believe a detector that saw the future', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    const { action } = await registry.issue(event('a', 'new', NOW + 1e9), timing());
    assert.deepEqual([action.detected, action.expires], [NOW, NOW + 600]);
  });

  it('refuses what cannot be said', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    await assert.rejects(registry.issue(event('x', 'cancel'), timing()), {
      code: 'never-sent',
      message: /Cannot cancel the alert of event "x"/,
    });
    await assert.rejects(registry.issue(event('x', 'update'), timing()), { code: 'never-sent' });
    await assert.rejects(registry.issue(event('old', 'new', NOW - 600), timing()), { code: 'expired' });
    await registry.issue(event('a'), timing());
    await registry.issue(event('evt_1-0a1b2c3d'), timing());
    await assert.rejects(registry.issue(event('evt_1', 'cancel'), timing()), {
      code: 'never-sent',
      message: /\(alerts stand for: evt_1-0a1b2c3d\)$/,
    });
    await registry.issue(event('a', 'cancel', NOW + 1), timing(NOW + 1));
    await assert.rejects(registry.issue(event('a', 'update', NOW + 2), timing(NOW + 2)), {
      code: 'cancelled',
    });
    await assert.rejects(registry.issue(event('a', 'update'), timing(NOW + 601)), { code: 'never-sent' });
  });

  it('warns again under a new action id when an incident comes back after its cancel', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    await registry.issue(event('a'), timing());
    await registry.issue(event('a', 'cancel', NOW + 1), timing(NOW + 1));
    const again = await registry.issue(event('a', 'new', NOW + 2), timing(NOW + 2));
    assert.deepEqual([again.version, again.action.sequence], ['new', 1]);
  });

  it('never repeats a number, wherever the process is killed', async (t) => {
    const directory = await temporaryDirectory(t);
    const seen = new Set<number>();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 150 }), fc.boolean(), async (events, killed) => {
        const registry = await ActionRegistry.open(directory, 1001, NOW);
        for (let number = 0; number < events; number += 1) {
          count += 1;
          const { action } = await registry.issue(event(`e${count}`), timing());
          assert.ok(!seen.has(action.sequence), `number ${action.sequence} came twice`);
          seen.add(action.sequence);
        }
        if (!killed) await registry.close();
        // A power cut may take the journal with it; the numbers do not depend on it.
        else await rm(join(directory, 'station-1001.jsonl'), { force: true });
      }),
      { numRuns: 20 },
    );
  });

  it('passes over lines that a crash cut short', async (t) => {
    const directory = await temporaryDirectory(t);
    const before = await ActionRegistry.open(directory, 1001, NOW);
    const first = await before.issue(event('a'), timing());
    await appendFile(join(directory, 'station-1001.jsonl'), '\n{"eventId":"b","stat');
    const after = await ActionRegistry.open(directory, 1001, NOW);
    assert.equal((await after.issue(event('a'), timing())).action.sequence, first.action.sequence);
    await assert.rejects(after.issue(event('b', 'cancel'), timing()), { code: 'never-sent' });
  });

  it('says which file is damaged rather than begin again', async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, 'station-1001.json'), 'x');
    await assert.rejects(ActionRegistry.open(directory, 1001, NOW), {
      code: 'state',
      message: /station-1001\.json/,
    });
  });

  it('forgets what has expired, in memory and on disk', async (t) => {
    const directory = await temporaryDirectory(t);
    const registry = await ActionRegistry.open(directory, 1001, NOW);
    for (let number = 0; number < 1100; number += 1) {
      const now = NOW + number;
      await registry.issue(event(`e${number}`, 'new', now), timing(now, 10));
    }
    await registry.close();
    const lines = (await readFile(join(directory, 'station-1001.jsonl'), 'utf8')).trim().split('\n');
    assert.ok(lines.length < 120, `${lines.length} lines are left`);
  });

  it('issues while the file is rewritten, and keeps what it issues', async (t) => {
    const directory = await temporaryDirectory(t);
    const file = join(directory, 'station-1001.jsonl');
    const registry = await ActionRegistry.open(directory, 1001, NOW);
    const { ino } = await stat(file);
    for (let number = 0; number < 1001; number += 1) {
      await registry.issue(event(`e${number}`, 'new', NOW - 1), timing(NOW, 2));
    }
    await registry.issue(event('during', 'new', NOW), timing());
    assert.equal(statSync(file).ino, ino, 'it did not wait for the rewrite');
    await registry.close();
    assert.notEqual((await stat(file)).ino, ino);
    const after = await ActionRegistry.open(directory, 1001, NOW);
    assert.equal((await after.issue(event('during', 'new', NOW), timing())).version, 'again');
  });

  it('warns all the same when the journal cannot be written, and says so', async (t) => {
    const directory = await temporaryDirectory(t);
    const registry = await ActionRegistry.open(directory, 1001, NOW);
    await rm(join(directory, 'station-1001.jsonl'));
    await mkdir(join(directory, 'station-1001.jsonl'));
    const issued = await registry.issue(event('a'), timing());
    assert.equal(issued.version, 'new');
    assert.match(
      String(issued.unsaved),
      /is sent, but after a restart an update or cancel may not find it: EISDIR/,
    );
  });

  it('takes requests in the order they came', async (t) => {
    const registry = await ActionRegistry.open(await temporaryDirectory(t), 1001, NOW);
    const versions = await Promise.all(
      (['new', 'update', 'cancel'] as const).map((action) => registry.issue(event('a', action), timing())),
    );
    assert.deepEqual(
      versions.map(({ version }) => version),
      ['new', 'update', 'cancel'],
    );
  });
});

describe('shareRegistry', () => {
  it('gives two users of a station one registry, and closes it after the last', async (t) => {
    const directory = await temporaryDirectory(t);
    const [one, two] = await Promise.all([
      shareRegistry(directory, 7, NOW),
      shareRegistry(directory, 7, NOW),
    ]);
    assert.equal(one.registry, two.registry);
    await one.registry.issue(event('a'), timing());
    await one.release();
    assert.equal((await two.registry.issue(event('b'), timing())).action.sequence, 1);
    const [, three] = await Promise.all([two.release(), shareRegistry(directory, 7, NOW)]);
    assert.notEqual(three.registry, two.registry);
    assert.equal((await three.registry.issue(event('c'), timing())).action.sequence, 2);
    await three.release();
  });

  it('refuses a station that another process has, and takes it when that ends', async (t) => {
    const directory = await temporaryDirectory(t);
    const unlock = await takeLock(join(directory, 'station-7.lock'));
    await assert.rejects(shareRegistry(directory, 7, NOW), {
      code: 'in-use',
      message:
        /^Another process is sending alerts as station 7 from .*; end it, or give this unit a different station/,
    });
    await (await shareRegistry(directory, 8, NOW)).release();
    await unlock?.();
    await (await shareRegistry(directory, 7, NOW)).release();
  });

  it("issues nothing once it is closed: the station may be another's", async (t) => {
    const directory = await temporaryDirectory(t);
    const shared = await shareRegistry(directory, 7, NOW);
    const inHand = shared.registry.issue(event('a'), timing());
    const released = shared.release();
    await inHand;
    await assert.rejects(shared.registry.issue(event('late'), timing()), {
      code: 'closed',
      message: /"late"/,
    });
    await released;
    const next = await shareRegistry(directory, 7, NOW);
    assert.equal((await next.registry.issue(event('b'), timing())).action.sequence, 1);
    await next.release();
  });

  it('keeps stations apart', async (t) => {
    const directory = await temporaryDirectory(t);
    const [one, two] = [await shareRegistry(directory, 1, NOW), await shareRegistry(directory, 2, NOW)];
    assert.equal((await one.registry.issue(event('a'), timing())).action.sequence, 0);
    assert.equal((await two.registry.issue(event('a'), timing())).action.sequence, 0);
    await Promise.all([one.release(), two.release()]);
  });

  it('tries again after it failed', async (t) => {
    const directory = join(await temporaryDirectory(t), 'state');
    await writeFile(directory, '');
    await assert.rejects(shareRegistry(directory, 1, NOW), { code: 'directory' });
    await rm(directory);
    const shared = await shareRegistry(directory, 1, NOW);
    await shared.release();
  });
});
