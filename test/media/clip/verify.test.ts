import assert from 'node:assert/strict';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { sha256Of } from '../../../nodes/lib/clip/manifest';
import { verifyClip } from '../../../nodes/lib/clip/verify';
import { temporaryDirectory } from '../../support/flow';

async function keptClip(t: TestContext): Promise<{ clip: string; manifest: string }> {
  const directory = await temporaryDirectory(t);
  const clip = join(directory, 'accident_1000.mp4');
  const manifest = join(directory, 'accident_1000.json');
  await writeFile(clip, 'footage');
  await writeFile(manifest, JSON.stringify({ sha256: await sha256Of(clip), achieved: { from: 1, to: 2 } }));
  return { clip, manifest };
}

describe('verifyClip', () => {
  it('accepts a clip as it was kept', async (t) => {
    const { clip, manifest } = await keptClip(t);

    assert.equal((await verifyClip(clip)).path, clip);
    assert.equal((await verifyClip(manifest)).path, clip);
  });

  it('tells a clip that was changed', async (t) => {
    const { clip } = await keptClip(t);
    await appendFile(clip, '!');

    await assert.rejects(verifyClip(clip), { code: 'verify', message: /has been changed/ });
  });

  it('tells a missing clip from a missing or damaged manifest', async (t) => {
    const { clip, manifest } = await keptClip(t);
    await rm(clip);
    await assert.rejects(verifyClip(clip), /The clip .* cannot be read: ENOENT/);
    await writeFile(manifest, 'null');
    await assert.rejects(verifyClip(clip), /is not the manifest of a clip/);
    await writeFile(manifest, '{"sha256":"0","achieved":{"from":1e30,"to":2}}');
    await assert.rejects(verifyClip(clip), /is not the manifest of a clip/);
    await writeFile(manifest, '{"sha');
    await assert.rejects(verifyClip(clip), /is not the manifest of a clip/);
    await rm(manifest);
    await assert.rejects(verifyClip(clip), /There is no such file: .*\.mp4/);
    await writeFile(clip, 'cut');
    await assert.rejects(verifyClip(clip), /there is no manifest beside the clip/);
  });
});
