import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { publishClip, removeClip } from '../../../nodes/lib/clip/archive';
import { temporaryDirectory } from '../../support/flow';

const T0 = 1_700_000_000.4;
const NAMES = ['accident_1700000000.jpg', 'accident_1700000000.json', 'accident_1700000000.mp4'];

async function setUp(t: TestContext) {
  const archive = await temporaryDirectory(t);
  const work = async (text: string, extensions = ['mp4', 'json', 'jpg']) => {
    const directory = join(await temporaryDirectory(t), 'work');
    await mkdir(directory);
    for (const extension of extensions) await writeFile(join(directory, `clip.${extension}`), text);
    return directory;
  };
  return { archive, work };
}

describe('publishClip', () => {
  it('gives a clip its name, and another one of the same second a suffix', async (t) => {
    const { archive, work } = await setUp(t);
    const first = await publishClip(await work('a'), archive, T0);
    const second = await publishClip(await work('b', ['mp4', 'json', 'jws']), archive, T0);

    assert.deepEqual(first, {
      path: join(archive, NAMES[2] ?? ''),
      manifest: join(archive, NAMES[1] ?? ''),
      snapshot: join(archive, NAMES[0] ?? ''),
      signature: undefined,
    });
    assert.deepEqual(second, {
      path: join(archive, 'accident_1700000000-1.mp4'),
      manifest: join(archive, 'accident_1700000000-1.json'),
      snapshot: undefined,
      signature: join(archive, 'accident_1700000000-1.jws'),
    });
    assert.equal(await readFile(first.path, 'utf8'), 'a');
  });

  it('goes on after a crash under the name that it had taken', async (t) => {
    const { archive, work } = await setUp(t);
    const directory = await work('a');
    await publishClip(directory, archive, T0);
    await publishClip(directory, archive, T0);
    assert.deepEqual((await readdir(archive)).sort(), NAMES);
  });

  it('takes no name of which another clip has any file', async (t) => {
    const { archive, work } = await setUp(t);
    for (const extension of ['mp4', 'json', 'jpg', 'jws']) {
      const base = `accident_${1000 + extension.length}`;
      await writeFile(join(archive, `${base}.${extension}`), 'other');
      const { path } = await publishClip(await work('own'), archive, 1000 + extension.length);
      assert.match(path, /-\d+\.mp4$/);
      assert.equal(await readFile(join(archive, `${base}.${extension}`), 'utf8'), 'other');
    }
  });
});

describe('removeClip', () => {
  it('deletes all that belongs to a clip, and nothing else', async (t) => {
    const { archive, work } = await setUp(t);
    await publishClip(await work('a'), archive, T0);
    await publishClip(await work('b', ['mp4', 'json', 'jws']), archive, T0);
    await removeClip(archive, 'accident_1700000000-1');
    assert.deepEqual((await readdir(archive)).sort(), NAMES);
    for (const name of ['../accident_1700000000', 'accident_', 'seg_1700000000'])
      await assert.rejects(removeClip(archive, name), { code: 'archive' });
  });
});
