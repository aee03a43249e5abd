import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Alert } from '../../../nodes/lib/alert/alert';
import type { V2xError } from '../../../nodes/lib/errors';
import { VersionCounts } from '../../../nodes/lib/j2735/versions';
import { FakeClock } from '../../support/fake-clock';
import { temporaryDirectory } from '../../support/flow';

const START = 1_700_000_000;

const bare = {
  ...{ id: 'e', type: 'unknown', severity: 'high' },
  ...{ causeCode: 94, subCauseCode: 6, informationQuality: 0 },
};
const event = { ...bare, type: 'fire', lat: 1, lon: 2, distance_m: 300 };
const alert = (sequence: number, iat = 0, status: Alert['status'] = 'active'): Alert => ({
  ...{ iss: '1', sub: `1:${sequence}`, iat: START + iat, exp: START + 600, detected: START, status, event },
});

async function countsOf(t: TestContext) {
  const path = join(await temporaryDirectory(t), 'state', 'counts.jsonl');
  const clock = new FakeClock(START);
  const errors: V2xError[] = [];
  const open = async () => {
    const counts = new VersionCounts(path, clock, (error) => errors.push(error));
    await counts.load();
    return counts;
  };
  return { path, clock, errors, open, counts: await open() };
}

describe('message counts', () => {
  it('rise with each version of an alert, and with no repetition', async (t) => {
    const { counts } = await countsOf(t);
    const given = [
      alert(7),
      alert(7),
      alert(8),
      alert(7, 1),
      alert(7, 1),
      alert(8, 0.001),
      alert(7, 2, 'cancelled'),
    ];
    assert.deepEqual(
      given.map((each) => counts.count(each).msgCnt),
      [0, 0, 0, 1, 1, 1, 2],
    );
  });

  it('go on after the process ended, and after a file that was cut short', async (t) => {
    const { counts, open, path } = await countsOf(t);
    counts.count(alert(7));
    counts.count(alert(7, 1));
    await appendFile(path, '\n{"actionId":"1:7","refer');
    const again = await open();
    assert.equal(again.count(alert(7, 1)).msgCnt, 1);
    assert.equal(again.count(alert(7, 2)).msgCnt, 2);
  });

  it('begin again after 127', async (t) => {
    const { counts } = await countsOf(t);
    const counted = Array.from({ length: 130 }, (_, version) => counts.count(alert(7, version)).msgCnt);
    assert.deepEqual(counted.slice(126), [126, 127, 0, 1]);
  });

  it('refuse what is older than the version sent last', async (t) => {
    const { counts } = await countsOf(t);
    counts.count(alert(7, 1));
    assert.throws(() => counts.count(alert(7)), /Alert 1:7 is older than the version sent last/);
  });

  it('give a cancel the place and type that it leaves out, also after a restart', async (t) => {
    const { counts, open } = await countsOf(t);
    counts.count(alert(7));
    const cancel = { ...alert(7, 1, 'cancelled'), event: bare };
    for (const each of [counts, await open()]) {
      const { type, lat, lon, distance_m } = each.count(cancel).alert.event;
      assert.deepEqual([type, lat, lon, distance_m], ['fire', 1, 2, 300]);
    }
  });

  it('are forgotten once no vehicle can believe in the alert', async (t) => {
    const { counts, clock, open, path } = await countsOf(t);
    counts.count(alert(7));
    await clock.advance(601);
    await open();
    assert.equal((await readFile(path, 'utf8')).trim(), '');
  });

  it('do not hold a warning up when they cannot be kept, and say so once', async (t) => {
    const { counts, path, errors } = await countsOf(t);
    await rm(path);
    await mkdir(path);
    assert.equal(counts.count(alert(7)).msgCnt, 0);
    assert.equal(counts.count(alert(7, 1)).msgCnt, 1);
    assert.deepEqual(
      errors.map(({ code, message }) => [code, message.includes('counts cannot be kept')]),
      [['state', true]],
    );
  });

  it('are an error when the file of before cannot be read', async (t) => {
    const { path, open } = await countsOf(t);
    await rm(path, { force: true });
    await mkdir(path);
    await assert.rejects(open(), /message counts of before the restart cannot be read/);
  });
});
