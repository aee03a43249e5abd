import { link, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, V2xError } from '../errors';
import { syncDirectory } from '../disk/files';

/** The files of a finished clip in the archive. */
export interface ArchivedClip {
  readonly path: string;
  readonly manifest: string;
  /** The frame at T0; undefined when there is none. */
  readonly snapshot: string | undefined;
  /** The manifest as JWS (RFC 7515); undefined when it is not signed. */
  readonly signature: string | undefined;
}

/** Events in one second that get a clip each. */
const MAX_SUFFIX = 999;

/**
 * Puts a clip into the archive under its final name, with everything in it already written and synced. Nothing is
 * ever overwritten, and the manifest comes last: where it is, the clip is whole. After a crash the same call goes on
 * where it was, since a name whose file is the very file of the work directory is its own.
 * @param work directory with `clip.mp4`, `clip.json` and perhaps `clip.jpg` and `clip.jws`, on the archive's file system
 * @param archive directory of finished clips
 * @param t0 Unix seconds, names the clip: `accident_<epoch>.mp4`, with a suffix for a second one in the same second
 */
export async function publishClip(work: string, archive: string, t0: number): Promise<ArchivedClip> {
  const epoch = Math.floor(t0);
  for (let n = 0; n <= MAX_SUFFIX; n += 1) {
    const base = join(archive, n === 0 ? `accident_${epoch}` : `accident_${epoch}-${n}`);
    if (await claim(join(work, 'clip'), base)) {
      const snapshot = await linkIfAny(join(work, 'clip.jpg'), `${base}.jpg`);
      const signature = await linkIfAny(join(work, 'clip.jws'), `${base}.jws`);
      await syncDirectory(archive);
      await linkOwn(join(work, 'clip.json'), `${base}.json`);
      await syncDirectory(archive);
      return { path: `${base}.mp4`, manifest: `${base}.json`, snapshot, signature };
    }
  }
  throw new V2xError(
    'archive',
    `${archive} already has ${MAX_SUFFIX} clips of the second ${epoch}; move some elsewhere`,
    { directory: archive },
  );
}

/** Whether a file in the archive is the manifest of a clip. */
export function isManifestName(name: string): boolean {
  return name.endsWith('.json') && CLIP_NAME.test(name.slice(0, -'.json'.length));
}

/** What a clip may be called, without extension: nothing else is ever deleted. */
const CLIP_NAME = /^accident_\d+(-\d{1,3})?$/;

/**
 * Deletes a clip with all that belongs to it, the manifest first: without it the rest is no clip any more.
 * @param name of its files, without directory and extension
 */
export async function removeClip(archive: string, name: string): Promise<void> {
  if (!CLIP_NAME.test(name)) throw new V2xError('archive', `"${name}" is not the name of a clip`, { name });
  for (const extension of ['json', 'jws', 'jpg', 'mp4']) {
    await rm(join(archive, `${name}.${extension}`), { force: true });
  }
  await syncDirectory(archive);
}

/** Takes a name when no other clip has any file of that name. */
async function claim(own: string, base: string): Promise<boolean> {
  for (const extension of ['json', 'jpg', 'jws']) {
    const other = `${base}.${extension}`;
    if ((await inode(other)) !== undefined && !(await isSame(`${own}.${extension}`, other))) return false;
  }
  return linkOwn(`${own}.mp4`, `${base}.mp4`);
}

/** @returns the name; undefined when there is no such file */
async function linkIfAny(own: string, name: string): Promise<string | undefined> {
  if ((await inode(own)) === undefined) return undefined;
  await linkOwn(own, name);
  return name;
}

/** @returns whether the name is the own file's now */
async function linkOwn(own: string, name: string): Promise<boolean> {
  try {
    await link(own, name);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return isSame(own, name);
  }
}

async function isSame(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([inode(a), inode(b)]);
  return first !== undefined && first === second;
}

async function inode(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
