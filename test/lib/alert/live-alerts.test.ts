import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { LiveAlertFile } from '../../../nodes/lib/alert/live-alerts';
import type { LiveAlert } from '../../../nodes/lib/alert/repetition';
import type { V2xError } from '../../../nodes/lib/errors';
import { FakeClock } from '../../support/fake-clock';
import { temporaryDirectory } from '../../support/flow';

const START = 1_700_000_000;

async function fileOf(t: TestContext, live: readonly LiveAlert[] = []) {
  const path = join(await temporaryDirectory(t), 'state', 'live.json');
  const clock = new FakeClock(START);
  const errors: V2xError[] = [];
  const file = new LiveAlertFile(
    path,
    clock,
    () => live,
    (error) => errors.push(error),
  );
  return { path, clock, errors, file };
}

const live = (actionId: string, remaining: number, expires?: number): LiveAlert => ({
  alert: {
    actionId,
    bytes: Buffer.from(`${actionId} \u0000\u00ff`),
    ...(expires !== undefined && { expires }),
  },
  remaining,
});

describe('live alerts on disk', () => {
  it('have nothing to go on with at the first start', async (t) => {
    const { file } = await fileOf(t);
    assert.deepEqual(await file.load(), []);
  });

  it('come back with the same bytes and the time that is left', async (t) => {
    const { file, path, clock } = await fileOf(t, [
      live('1:1', 10),
      live('1:2', 2),
      live('1:3', 10, START + 1),
      live('1:4', 10, START + 600),
    ]);
    await file.load();
    file.update();
    await file.close();

    await clock.advance(4);
    const next = new LiveAlertFile(path, clock, () => [], assert.ifError);
    assert.deepEqual(await next.load(), [
      { actionId: '1:1', bytes: Buffer.from('1:1 \u0000\u00ff'), duration: 6 },
      { actionId: '1:4', bytes: Buffer.from('1:4 \u0000\u00ff'), expires: START + 600, duration: 6 },
    ]);
  });

  it('are all on disk in the end, however fast they come', async (t) => {
    const alerts: LiveAlert[] = [];
    const { file, path, clock } = await fileOf(t, alerts);
    await file.load();
    const stored = async () => (JSON.parse(await readFile(path, 'utf8')) as unknown[]).length;
    for (let count = 0; count < 100; count += 1) {
      alerts.push(live(`1:${count}`, 10));
      file.update();
    }
    await clock.advance(0.5);
    alerts.push(live('late', 10));
    file.update();
    await file.close();
    assert.equal(await stored(), 101);
  });

  it('name a damaged file', async (t) => {
    const { file, path } = await fileOf(t);
    await file.load();
    for (const damaged of ['', '[{"actionId":1}]', '{}', '[{"actionId":"1:1","bytes":"","until":"soon"}]']) {
      await writeFile(path, damaged);
      await assert.rejects(file.load(), (error: V2xError) => {
        assert.equal(error.code, 'state');
        assert.ok(error.message.includes(path));
        return true;
      });
    }
  });

  it('tell once that they cannot be written', async (t) => {
    const { file, path, errors } = await fileOf(t, [live('1:1', 10)]);
    await file.load();
    await rm(join(path, '..'), { recursive: true });
    file.update();
    file.update();
    await file.close();
    assert.equal(errors.length, 1);
    assert.match(errors[0].message, /cannot be kept in .*ENOENT.*a restart would end them/);
  });
});
