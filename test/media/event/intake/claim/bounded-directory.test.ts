import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { BoundedDirectory } from '../../../../../nodes/lib/event/intake/claim/bounded-directory';
import { temporaryDirectory } from '../../../../support/flow';

async function open(t: TestContext, limit: number) {
  const root = await temporaryDirectory(t);
  const directory = join(root, 'done');
  const kept = new BoundedDirectory(directory, limit);
  await kept.open();
  const write = async (name: string, text = name) => {
    await writeFile(join(root, name), text);
    return join(root, name);
  };
  return { directory, kept, write };
}

describe('bounded directory', () => {
  it('keeps the newest, also of those that were there before', async (t) => {
    const { directory, kept, write } = await open(t, 2);
    for (const name of ['a.json', 'b.json', 'c.json']) await kept.add(await write(name));
    assert.deepEqual((await readdir(directory)).sort(), ['b.json', 'c.json']);
    const again = new BoundedDirectory(directory, 2);
    await again.open();
    await again.add(await write('d.json'));
    assert.equal((await readdir(directory)).length, 2);
    assert.ok((await readdir(directory)).includes('d.json'));
  });

  it('overwrites nothing: a name that is taken gets another', async (t) => {
    const { directory, kept, write } = await open(t, 10);
    for (const text of ['one', 'two']) await kept.add(await write('a.json', text));
    const names = (await readdir(directory)).sort();
    assert.equal(names.length, 2);
    assert.equal(await readFile(join(directory, 'a.json'), 'utf8'), 'one');
    assert.ok(names.every((name) => /^a(\.[0-9a-f]{8})?\.json$/.test(name)));
  });

  it('links a file once, and removes that link only while it is the same file', async (t) => {
    const { directory, kept, write } = await open(t, 10);
    const path = await write('a.json');
    assert.equal(await kept.addLink(path), true);
    assert.equal(await kept.addLink(path), false);
    assert.equal((await stat(path)).nlink, 2);
    await kept.removeLink(await write('b.json'), 'a.json');
    assert.deepEqual(await readdir(directory), ['a.json'], 'of another file');
    await kept.removeLink(path, 'a.json');
    assert.deepEqual(await readdir(directory), []);
  });
});
