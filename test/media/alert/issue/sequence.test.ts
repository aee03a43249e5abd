import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SequenceNumbers } from '../../../../nodes/lib/alert/issue/sequence';
import { temporaryDirectory } from '../../../support/flow';

const free = () => false;

async function take(numbers: SequenceNumbers, count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < count; index += 1) taken.push(await numbers.take(free));
  return taken;
}

describe('sequence numbers', () => {
  it('are reserved on disk before they are handed out', async (t) => {
    const path = join(await temporaryDirectory(t), 'station-1.json');
    const numbers = await SequenceNumbers.open(path);
    for (const expected of Array.from({ length: 300 }, (_, index) => index)) {
      assert.equal(await numbers.take(free), expected);
      const { reserved } = JSON.parse(await readFile(path, 'utf8')) as { reserved: number };
      assert.ok(reserved > expected, `${expected} is handed out, and the disk knows of ${reserved}`);
    }
    await numbers.close();
  });

  it('do not repeat after a crash, which skips some, nor after an orderly end, which skips none', async (t) => {
    const path = join(await temporaryDirectory(t), 'station-1.json');
    const crashed = await SequenceNumbers.open(path);
    const before = await take(crashed, 3);
    const after = await SequenceNumbers.open(path);
    const [next] = await take(after, 1);
    assert.ok(!before.includes(next));
    await after.close();
    assert.deepEqual(await take(await SequenceNumbers.open(path), 1), [next + 1]);
  });

  it('begin again after 65,535 and pass over those whose warning still stands', async (t) => {
    const path = join(await temporaryDirectory(t), 'station-1.json');
    await writeFile(path, '{"reserved":65535}\n');
    const numbers = await SequenceNumbers.open(path);
    assert.equal(await numbers.take(free), 65_535);
    assert.equal(await numbers.take((number) => number < 2), 2);
    await numbers.close();
  });

  it('are refused when all stand, and from a damaged file, which stays as it is', async (t) => {
    const path = join(await temporaryDirectory(t), 'station-1.json');
    const numbers = await SequenceNumbers.open(path);
    await assert.rejects(
      numbers.take(() => true),
      { code: 'sequence' },
    );
    await numbers.close();
    await writeFile(path, '{"reser');
    await assert.rejects(SequenceNumbers.open(path), { code: 'state', message: /damaged.*restore a copy/ });
    assert.equal(await readFile(path, 'utf8'), '{"reser');
  });
});
