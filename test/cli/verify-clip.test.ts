import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { execFile } from 'node:child_process';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { manifestSigner } from '../../nodes/clip-maker/manifest-signer';
import { sha256Of } from '../../nodes/lib/clip/manifest';
import { systemClock } from '../../nodes/lib/time/clock';
import { cutTail, flipBits, makeFilm } from '../support/footage/film';
import { temporaryDirectory } from '../support/flow';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function verifyClip(...args: readonly string[]): Promise<Outcome> {
  const command = [join(__dirname, '../../cli/v2x.ts'), 'verify-clip', ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** A kept clip, changed before that if wanted, its manifest signed with an Ed25519 key whose public half lies beside it. */
async function keptClip(t: TestContext, change?: (clip: string) => Promise<unknown>) {
  const directory = await temporaryDirectory(t);
  const [clip, manifest, signature, key] = ['mp4', 'json', 'jws', 'pem'].map((extension) =>
    join(directory, `accident_1700000000.${extension}`),
  );
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const ring = await KeyRing.create({ keyId: 'rsu-7', algorithm: 'EdDSA', secret });
  await makeFilm(clip, 4);
  await change?.(clip);
  const achieved = { from: 1_700_000_000, to: 1_700_000_600 };
  // Longer than any datagram.
  const notes = [' '.repeat(5000)];
  const text = JSON.stringify({ sha256: await sha256Of(clip), achieved, notes });
  await writeFile(manifest, text);
  await writeFile(signature, await manifestSigner(ring, systemClock)(text));
  return { clip, manifest, signature, key };
}

describe('v2x verify-clip', () => {
  it('ends with 0 and one line on a clip as it was kept', async (t) => {
    const { clip, key, signature } = await keptClip(t);
    const line = `${clip}: unchanged, from 2023-11-14T22:13:20.000Z to 2023-11-14T22:23:20.000Z`;

    assert.deepEqual(await verifyClip(clip, '--key', key), {
      code: 0,
      stdout: `${line}, valid signature, plays to the end\n`,
      stderr: '',
    });
    assert.equal(
      (await verifyClip(clip)).stdout,
      `${line}, signature not checked; give --key, plays to the end\n`,
    );
    await rm(signature);
    assert.equal((await verifyClip(clip)).stdout, `${line}, not signed, plays to the end\n`);
    assert.equal((await verifyClip(clip, '--no-decode')).stdout, `${line}, not signed, not decoded\n`);
  });

  for (const [what, change, words] of [
    ['has flipped bits', flipBits, /does not play from \d\.\d s to \d\.\d s: /],
    ['has lost its tail', cutTail, /does not play from \d\.\d s to 4\.0 s: /],
    [
      'has sound longer than its picture',
      (clip: string) => makeFilm(clip, 4, 9),
      /from 4\.0 s to 9\.\d s: the video ends at 4\.0 s, the audio at 9\.\d s/,
    ],
    ['is no film', (clip: string) => writeFile(clip, 'footage'), /does not play at all: /],
  ] as const) {
    it(`ends with 3 on a clip that was kept as it is, but ${what}`, async (t) => {
      const { clip, key } = await keptClip(t, change);

      const { code, stdout, stderr } = await verifyClip(clip, '--key', key);
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, words);
      assert.match(stderr, /^v2x: [^\n]+\n$/);
      assert.equal((await verifyClip(clip, '--key', key, '--no-decode')).code, 0);
    });
  }

  it('ends with 1 on a clip that was damaged later, and says from where on it does not play', async (t) => {
    const { clip } = await keptClip(t);
    await cutTail(clip);

    const { code, stderr } = await verifyClip(clip);
    assert.equal(code, 1);
    assert.match(stderr, /has been changed: .*; .* does not play from \d\.\d s to 4\.0 s/);
    assert.match((await verifyClip(clip, '--no-decode')).stderr, /says [0-9a-f]{64}\n$/);
  });

  it('ends with 1 and names what differs: clip, manifest, key, or no signature', async (t) => {
    const { clip, manifest, signature, key } = await keptClip(t);
    const refused = async (reason: RegExp, keyFile = key) => {
      const { code, stdout, stderr } = await verifyClip(clip, '--key', keyFile);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /^v2x: [^\n]+\n$/);
      assert.match(stderr, reason);
    };
    const other = `${key}.other`;
    const { publicKey } = generateKeyPairSync('ed25519');
    await writeFile(other, publicKey.export({ type: 'spki', format: 'pem' }));
    await refused(/signature .* is invalid/, other);
    await writeFile(other, 'an HMAC secret of 32 bytes or more');
    await refused(/signed with EdDSA, but the key is for HS256/, other);
    await refused(/The key cannot be read/, join(key, 'missing'));

    await appendFile(clip, '!');
    await refused(/has been changed/);
    await writeFile(
      manifest,
      (await readFile(manifest, 'utf8')).replace(/[0-9a-f]{64}/, await sha256Of(clip)),
    );
    await refused(/The manifest has been changed since it was signed/);
    await rm(signature);
    await refused(/The signature .* does not exist/);
  });

  it('ends with 2 without a clip', async () => {
    const { code, stderr } = await verifyClip();

    assert.deepEqual([code, stderr], [2, 'v2x: no clip given; see "v2x verify-clip --help"\n']);
  });
});
