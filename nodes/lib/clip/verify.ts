import { readFile } from 'node:fs/promises';
import { codeOf, messageOf, V2xError } from '../errors';
import { sha256Of, type ClipManifest } from './manifest';

/** A clip that is what its manifest says. */
export interface VerifiedClip {
  readonly path: string;
  readonly manifest: ClipManifest;
}

/**
 * Checks a clip from the archive against the manifest beside it: whether it is, byte for byte, what was kept.
 * @param path of `accident_<epoch>.mp4`
 * @throws V2xError `verify` naming what is missing or differs
 */
export async function verifyClip(path: string): Promise<VerifiedClip> {
  const manifestPath = path.replace(/\.mp4$/, '.json');
  const manifest = await readManifest(manifestPath);
  const actual = await sha256Of(path).catch((error: unknown) => {
    throw new V2xError(
      'verify',
      `The clip ${path} cannot be read: ${messageOf(error)}`,
      { path },
      { cause: error },
    );
  });
  if (actual !== manifest.sha256) {
    throw new V2xError(
      'verify',
      `${path} is not the clip that was kept: its SHA-256 is ${actual}, ${manifestPath} says ${manifest.sha256}`,
      { path, actual, expected: manifest.sha256 },
    );
  }
  return { path, manifest };
}

async function readManifest(path: string): Promise<ClipManifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason =
      codeOf(error) === 'ENOENT' ? 'there is none, so the clip was not finished' : messageOf(error);
    throw new V2xError(
      'verify',
      `The manifest ${path} cannot be read: ${reason}`,
      { path },
      { cause: error },
    );
  }
  const manifest = parse(text);
  if (typeof manifest?.sha256 === 'string') return manifest as ClipManifest;
  throw new V2xError('verify', `${path} is no manifest of a clip: it has no sha256`, { path });
}

function parse(text: string): Partial<ClipManifest> | null {
  try {
    return JSON.parse(text) as Partial<ClipManifest> | null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
