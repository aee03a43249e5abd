import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { codeOf, messageOf, V2xError } from '../errors';
import type { Clock } from '../time/clock';
import { checkPlayback } from './check/playback';
import { sha256Of, type ClipManifest } from './manifest';

/** A clip that is what its manifest says. */
export interface VerifiedClip {
  readonly path: string;
  readonly manifest: ClipManifest;
  /** `unchecked`: there is a signature, and no key was given. */
  readonly signed: 'verified' | 'none' | 'unchecked';
}

/** How many places are named where a clip does not play. */
const MAX_FAULTS = 5;

/** Checks a JWS in compact form. @returns its payload; rejects when the signature is not good */
export type VerifySignature = (token: string) => Promise<Uint8Array>;

/** The clip is another one than its manifest describes. */
export class AlteredClip extends V2xError {
  constructor(
    readonly path: string,
    difference: string,
  ) {
    super('verify', `${path} has been changed: ${difference}`, { path });
  }
}

/**
 * Checks a clip from the archive against the manifest beside it: whether it is, byte for byte, what was kept.
 * @param file `accident_<epoch>.mp4`, or its manifest `accident_<epoch>.json`
 * @param verifySignature given: the manifest's signature is checked too
 * @throws AlteredClip; V2xError `verify` naming what is missing or differs otherwise
 */
export async function verifyClip(file: string, verifySignature?: VerifySignature): Promise<VerifiedClip> {
  const path = file.replace(/\.json$/, '.mp4');
  const base = path.replace(/\.mp4$/, '');
  const manifestPath = `${base}.json`;
  if (!existsSync(path) && !existsSync(manifestPath))
    throw new V2xError('verify', `There is no such file: ${file}`, { path });
  const { text, manifest } = await readManifest(manifestPath);
  const signed = await checkSignature(`${base}.jws`, text, verifySignature);
  const actual = await sha256Of(path).catch((error: unknown) => {
    throw new V2xError(
      'verify',
      `The clip ${path} cannot be read: ${messageOf(error)}`,
      { path },
      { cause: error },
    );
  });
  if (actual !== manifest.sha256) {
    const difference = `its SHA-256 is ${actual}, ${manifestPath} says ${manifest.sha256}`;
    throw new AlteredClip(path, difference);
  }
  return { path, manifest, signed };
}

/**
 * Decodes all of a clip and compares the lengths of sound and picture.
 * @param path of the clip's file
 * @throws V2xError `playback` naming from where to where it does not play; `ffmpeg` when there is no ffmpeg
 */
export async function verifyPlayback(path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const { faults } = await checkPlayback(path, { clock, signal });
  if (faults.length === 0) return;
  const spans = faults.slice(0, MAX_FAULTS).map(({ from, to, reason }) => {
    return to === 0 ? `at all: ${reason}` : `from ${from.toFixed(1)} s to ${to.toFixed(1)} s: ${reason}`;
  });
  const more = faults.length > MAX_FAULTS ? `; and in ${faults.length - MAX_FAULTS} more places` : '';
  throw new V2xError('playback', `${path} does not play ${spans.join('; ')}${more}`, { path });
}

async function checkSignature(
  path: string,
  manifest: string,
  verifySignature: VerifySignature | undefined,
): Promise<VerifiedClip['signed']> {
  const token = await readSignature(path);
  if (!verifySignature && token === undefined) return 'none';
  if (!verifySignature) return 'unchecked';
  if (token === undefined) throw new V2xError('verify', `The signature ${path} does not exist`, { path });
  let payload: Uint8Array;
  try {
    payload = await verifySignature(token.trim());
  } catch (error) {
    const message = `The signature ${path} is invalid: ${messageOf(error)}`;
    throw new V2xError('verify', message, { path }, { cause: error });
  }
  if (Buffer.from(payload).toString('utf8') === manifest) return 'verified';
  throw new V2xError('verify', `The manifest has been changed since it was signed in ${path}`, { path });
}

async function readSignature(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new V2xError('verify', `The signature ${path} cannot be read: ${messageOf(error)}`, { path });
  }
}

async function readManifest(path: string): Promise<{ text: string; manifest: ClipManifest }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'there is no manifest beside the clip' : messageOf(error);
    throw new V2xError(
      'verify',
      `The manifest ${path} cannot be read: ${reason}`,
      { path },
      { cause: error },
    );
  }
  const manifest = parse(text);
  const { from, to } = manifest?.achieved ?? {};
  const isWhole = typeof manifest?.sha256 === 'string' && isTime(from) && isTime(to);
  if (isWhole) return { text, manifest: manifest as ClipManifest };
  throw new V2xError('verify', `${path} is not the manifest of a clip: it lacks sha256 or times`, { path });
}

/** Unix seconds that a date can be made of. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && !isNaN(new Date(value * 1000).getTime());
}

function parse(text: string): Partial<ClipManifest> | null {
  try {
    return JSON.parse(text) as Partial<ClipManifest> | null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
