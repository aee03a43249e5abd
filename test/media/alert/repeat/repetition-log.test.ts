import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { RepetitionLog } from '../../../../nodes/lib/alert/repeat/repetition-log';
import type { OutgoingAlert } from '../../../../nodes/lib/alert/repeat/schedule';
import type { V2xError } from '../../../../nodes/lib/errors';
import { FakeClock } from '../../../support/fake-clock';
import { temporaryDirectory } from '../../../support/flow';

const START = 1_700_000_000;

async function fileOf(t: TestContext) {
  const path = join(await temporaryDirectory(t), 'state', 'live.jsonl');
  const clock = new FakeClock(START);
  const errors: V2xError[] = [];
  const open = () => new RepetitionLog(path, clock, (error) => errors.push(error));
  const file = open();
  assert.deepEqual(await file.load(), []);
  return { path, clock, errors, file, open };
}

const alert = (actionId: string, expires?: number): OutgoingAlert => ({
  actionId,
  bytes: Buffer.from(`${actionId} \u0000\u00ff`),
  ...(expires !== undefined && { expires }),
});

describe('the repetition log', () => {
  it('gives alerts back with their bytes and the time that is left, without a proper end', async (t) => {
    const { file, clock, open } = await fileOf(t);
    file.add(alert('1:1'), 10);
    file.add(alert('1:2'), 2);
    file.add(alert('1:3', START + 1), 10);
    file.add(alert('1:4', START + 600));

    await clock.advance(4);
    const expected = [
      { alert: alert('1:1', START + 600), remaining: 6 },
      { alert: alert('1:4', START + 600), remaining: undefined },
    ];
    assert.deepEqual(await open().load(), expected);
    assert.deepEqual(await open().load(), expected);
  });

  it('gives back the last version of an action', async (t) => {
    const { file, open } = await fileOf(t);
    file.add({ ...alert('1:1'), referenceTime: START }, 10);
    const cancel = { ...alert('1:1', START + 900), referenceTime: START + 1, cancels: true };
    file.add(cancel);
    assert.deepEqual(await open().load(), [{ alert: cancel, remaining: undefined }]);
  });

  it('loses none while the file is rewritten, and stays bounded', async (t) => {
    const { file, path, clock, open } = await fileOf(t);
    for (let count = 0; count < 2500; count += 1) file.add(alert(`1:${count % 100}`), 10);
    file.add(alert('late'), 10);
    await file.close();
    await clock.advance(1);
    assert.equal((await open().load()).length, 101);
    const lines = (await readFile(path, 'utf8')).split('\n').length;
    assert.equal(lines, 102);
  });

  it('passes over what a crash cut short', async (t) => {
    const { file, path, open } = await fileOf(t);
    file.add(alert('1:1'), 10);
    await appendFile(path, '\n{"actionId":"1:2","by');
    open().add(alert('1:3'), 10);
    await appendFile(path, '\n{"actionId":1}\n[]');
    assert.deepEqual(
      (await open().load()).map((standing) => standing.alert.actionId),
      ['1:1', '1:3'],
    );
  });

  it('names a file that cannot be read', async (t) => {
    const { path, open } = await fileOf(t);
    await rm(path);
    await mkdir(path);
    await assert.rejects(open().load(), (error: V2xError) => {
      assert.equal(error.code, 'state');
      return error.message.includes(path);
    });
  });

  it('says once that it cannot be written', async (t) => {
    const { file, path, errors } = await fileOf(t);
    await rm(join(path, '..'), { recursive: true });
    file.add(alert('1:1'), 10);
    file.add(alert('1:2'), 10);
    assert.equal(errors.length, 1);
    assert.match(errors[0].message, /cannot be written to .*ENOENT.*a restart would end them/);
  });
});
