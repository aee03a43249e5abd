import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { isAsymmetric } from '../nodes/lib/alert/trust/key';
import { KeyRing } from '../nodes/lib/alert/trust/key-ring';
import { verifyClip } from '../nodes/lib/clip/verify';
import { messageOf, V2xError } from '../nodes/lib/errors';
import { usageError } from './options';

export const usage = `Usage: v2x verify-clip FILE [--key KEYFILE]

Checks that a clip from the archive (accident_<epoch>.mp4, or the .json beside it) is, byte for byte, what was kept:
its SHA-256 against the manifest. Prints one line and ends with 0, or with 1 and what differs.

  --key KEYFILE      also check the manifest's signature (accident_<epoch>.jws): the HS256 secret, or an Ed25519
                     key, the public one is enough, as PEM or JWK; - reads it from stdin`;

/**
 * Verifies the clip and prints what was verified.
 * @throws V2xError `usage`; `verify` naming what differs; `key`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { file, key } = parse(args);
  const { path, manifest, signed } = await verifyClip(
    file,
    key === undefined ? undefined : await verifierOf(key),
  );
  const { from, to } = manifest.achieved;
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  const signature = {
    verified: 'signature good',
    none: 'not signed',
    unchecked: 'signature not checked, give --key',
  };
  process.stdout.write(`${path}: unchanged, from ${time(from)} to ${time(to)}, ${signature[signed]}\n`);
}

function parse(args: readonly string[]): { file: string; key: string | undefined } {
  const options = { key: { type: 'string' } } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError(messageOf(error).split(/\. |\n/)[0]);
  }
  const [file, ...more] = parsed.positionals as [string | undefined, ...string[]];
  if (file === undefined) throw usageError('the clip is missing; see "v2x verify-clip --help"');
  if (more.length > 0) throw usageError(`one clip at a time, not also ${more.join(' ')}`);
  return { file, key: parsed.values.key };
}

/** Checks signatures with the one key of a file, whatever its id; the key decides on the algorithm. */
async function verifierOf(path: string): Promise<(token: string) => Promise<Uint8Array>> {
  const secret = await readKey(path);
  const algorithm = isAsymmetric(secret) ? 'EdDSA' : 'HS256';
  const key = (await KeyRing.create({ keyId: 'clip', algorithm, secret })).find('clip');
  return async (token) => {
    if (!key) throw new V2xError('key', 'There is no key');
    const { alg } = decodeProtectedHeader(token);
    if (alg !== algorithm)
      throw new V2xError('key', `it was signed with ${String(alg)}, the key is for ${algorithm}`);
    return (await compactVerify(token, key.verifying, { algorithms: [algorithm] })).payload;
  };
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
  } catch (error) {
    throw new V2xError('key', `The key cannot be read: ${messageOf(error)}`, {}, { cause: error });
  }
}
