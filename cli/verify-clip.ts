import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { isAsymmetric } from '../nodes/lib/alert/trust/key';
import { KeyRing } from '../nodes/lib/alert/trust/key-ring';
import { AlteredClip, verifyClip, verifyPlayback } from '../nodes/lib/clip/verify';
import { messageOf, V2xError } from '../nodes/lib/errors';
import { systemClock } from '../nodes/lib/time/clock';
import { firstSentence, usageError } from './options';

export const usage = `Usage: v2x verify-clip FILE [--key KEYFILE] [--no-decode]

Checks that a clip from the archive (accident_<epoch>.mp4, or the .json beside it) is unchanged, by comparing its
SHA-256 with the manifest, and that it plays, by decoding all of it with ffmpeg and comparing the lengths of audio and
video. Prints one line and exits with

  0  the clip is unchanged and plays
  1  the clip has been changed, or cannot be checked; the line says what differs
  2  invalid options
  3  the clip is unchanged but does not play; the line says from where to where

  --key KEYFILE      also verify the manifest's signature (accident_<epoch>.jws), with the HS256 secret or an Ed25519
                     key (the public key is enough) as PEM or JWK; - reads it from stdin
  --no-decode        do not check that it plays, which needs ffmpeg and takes a few seconds per minute of footage`;

/**
 * Verifies the clip and prints what was verified.
 * @throws V2xError `usage`; `verify` naming what differs; `key`; `playback`; `ffmpeg` when there is no ffmpeg
 */
export async function run(args: readonly string[]): Promise<void> {
  const { file, key, decode } = parse(args);
  const verifySignature = key === undefined ? undefined : await verifierOf(key);
  const { path, manifest, signed } = await verifyClip(file, verifySignature).catch(async (error: unknown) => {
    throw decode ? await withPlayback(error) : error;
  });
  if (decode) await verifyPlayback(path, systemClock, new AbortController().signal);
  const { from, to } = manifest.achieved;
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  const signature = {
    verified: 'valid signature',
    none: 'not signed',
    unchecked: 'signature not checked; give --key',
  };
  const plays = decode ? 'plays to the end' : 'not decoded';
  process.stdout.write(
    `${path}: unchanged, from ${time(from)} to ${time(to)}, ${signature[signed]}, ${plays}\n`,
  );
}

/** Adds to the error of an altered clip whether it plays: a damaged copy does not. */
async function withPlayback(error: unknown): Promise<unknown> {
  if (!(error instanceof AlteredClip)) return error;
  try {
    await verifyPlayback(error.path, systemClock, new AbortController().signal);
    return error;
  } catch (unplayable) {
    const message = `${error.message}; ${messageOf(unplayable)}`;
    return new V2xError(error.code, message, error.details, { cause: error });
  }
}

function parse(args: readonly string[]): { file: string; key: string | undefined; decode: boolean } {
  const options = { key: { type: 'string' }, 'no-decode': { type: 'boolean' } } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError(firstSentence(messageOf(error)));
  }
  const [file, ...more] = parsed.positionals as [string | undefined, ...string[]];
  if (file === undefined) throw usageError('no clip given; see "v2x verify-clip --help"');
  if (more.length > 0) throw usageError(`give one clip at a time, without ${more.join(' ')}`);
  return { file, key: parsed.values.key, decode: parsed.values['no-decode'] !== true };
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
      throw new V2xError('key', `it was signed with ${String(alg)}, but the key is for ${algorithm}`);
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
