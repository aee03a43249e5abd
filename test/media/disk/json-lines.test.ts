import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { JsonLines, type JsonLinesOptions } from '../../../nodes/lib/disk/json-lines';
import { temporaryDirectory } from '../../support/flow';

const isNumber = (value: unknown): value is number => typeof value === 'number';

async function openLog(t: TestContext, options: JsonLinesOptions = {}) {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'log.jsonl');
  return { directory, path, log: new JsonLines(path, isNumber, options) };
}

describe('JsonLines', () => {
  it('reads back what was added, and nothing where there is no file', async (t) => {
    const { path, log } = await openLog(t, { sync: true, mode: 0o600 });
    assert.deepEqual(await log.read(), []);
    await log.append(1, 2);
    log.appendNow(3);
    assert.deepEqual(await log.read(), [1, 2, 3]);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('loses a line that was cut short, and no other', async (t) => {
    const { path, log } = await openLog(t);
    await log.append(1, 22222);
    await truncate(path, (await stat(path)).size - 2);
    await appendFile(path, '{"torn');
    await log.append(3);
    log.appendNow(4);
    assert.deepEqual(await log.read(), [1, 3, 4]);
  });

  it('reads logs with the line break behind, and skips what is no entry', async (t) => {
    const { path, log } = await openLog(t);
    await writeFile(path, '1\n"text"\nnull\n{}\n2\n');
    assert.deepEqual(await log.read(), [1, 2]);
  });

  it('keeps lines that come during a rewrite, at once and in the new file', async (t) => {
    const { directory, path, log } = await openLog(t);
    await log.append(1, 2);
    const rewritten = log.rewrite([2]);
    log.appendNow(3);
    const appended = log.append(4);
    assert.match(await readFile(path, 'utf8'), /3/, 'it did not wait');
    await rewritten;
    await appended;
    assert.deepEqual(await log.read(), [2, 3, 4]);
    assert.deepEqual(await readdir(directory), ['log.jsonl']);
  });

  it('has grown when a rewrite is worth it', async (t) => {
    const { log } = await openLog(t);
    log.appendNow(...Array.from({ length: 1000 }, (_, i) => i));
    assert.equal(log.grown, false);
    log.appendNow(1);
    assert.equal(log.grown, true);
    const rewritten = log.rewrite([1]);
    assert.equal(log.grown, false, 'one is under way');
    log.appendNow(2);
    await rewritten;
    assert.equal(log.grown, false);
    log.appendNow(...Array.from({ length: 1001 }, (_, i) => i));
    assert.equal(log.grown, true, 'what came during the rewrite counts');
  });

  it('goes on after a write that failed', async (t) => {
    const { path, log } = await openLog(t);
    await mkdir(path);
    await assert.rejects(log.append(1), { code: 'EISDIR' });
    await assert.rejects(log.rewrite([1]), { code: 'EISDIR' });
    assert.throws(() => {
      log.appendNow(1);
    }, /EISDIR/);
    await log.settled();
  });
});
