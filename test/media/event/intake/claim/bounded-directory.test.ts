import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { BoundedDirectory } from '../../../../../nodes/lib/event/intake/claim/bounded-directory';
import { temporaryDirectory } from '../../../../support/flow';

async function setUp(t: TestContext, limit: number) {
  const root = await temporaryDirectory(t);
  const place = join(root, 'done');
  const directory = new BoundedDirectory(place, limit);
  await directory.open();
  const written = async (name: string, content = name) => {
    const path = join(root, name);
    await writeFile(path, content);
    return path;
  };
  return { place, directory, written };
}

describe('a bounded directory', () => {
  it('drops the oldest file when one more comes', async (t) => {
    const { place, directory, written } = await setUp(t, 2);
    for (const name of ['a.json', 'b.json', 'c.json']) await directory.add(await written(name));
    assert.deepEqual((await readdir(place)).sort(), ['b.json', 'c.json']);
  });

  it('counts the files of an earlier run, by when they came, and leaves directories alone', async (t) => {
    const { place, directory, written } = await setUp(t, 2);
    await directory.add(await written('z.json'));
    await directory.add(await written('a.json'));
    await mkdir(join(place, 'mine'));
    const again = new BoundedDirectory(place, 2);
    await again.open();
    await again.add(await written('m.json'));
    assert.deepEqual((await readdir(place)).sort(), ['a.json', 'm.json', 'mine']);
  });

  it('never replaces a file: a second one of the same name gets another', async (t) => {
    const { place, directory, written } = await setUp(t, 10);
    await directory.add(await written('a.json', 'first'));
    await directory.add(await written('a.json', 'second'));
    const contents = await Promise.all(
      (await readdir(place)).map((name) => readFile(join(place, name), 'utf8')),
    );
    assert.deepEqual(contents.sort(), ['first', 'second']);
  });

  it('links a file once, and takes the link back', async (t) => {
    const { place, directory, written } = await setUp(t, 10);
    const path = await written('a.json');
    assert.equal(await directory.addLink(path), true);
    assert.equal(await directory.addLink(path), false);
    await directory.removeLink(path, 'a.json');
    assert.deepEqual(await readdir(place), []);
  });
});
