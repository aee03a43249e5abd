import { readdir, realpath, statfs } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { codeOf, V2xError } from '../errors';

const MAX_NAMES = 100;

/**
 * Directories that a text could go on to, as a shell completes it: `rec` to those whose names begin so,
 * `/mnt/` to those within. Only what is really below one of the roots is listed, wherever links and `..` point;
 * files and hidden directories never.
 * @param text relative to the first root, or absolute
 * @param roots absolute directories; those that are not there are ignored
 * @returns in the form of `text`, sorted; none when the place is not there or not below a root
 */
export async function completeDirectory(text: string, roots: readonly string[]): Promise<string[]> {
  const slash = text.lastIndexOf('/') + 1;
  const [parent, begin] = [text.slice(0, slash), text.slice(slash)];
  const place = await real(isAbsolute(parent) ? parent : join(roots[0] ?? '/', parent));
  const allowed = (await Promise.all(roots.map(real))).filter((root) => root !== undefined);
  if (place === undefined || !allowed.some((root) => isWithin(place, root))) return [];
  const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name.startsWith(begin))
    .map(({ name }) => parent + name)
    .sort()
    .slice(0, MAX_NAMES);
}

/** The size of a disk in bytes. */
export interface Disk {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/**
 * The disk of a directory, which need not exist yet.
 * @throws V2xError `directory` if the system cannot be queried
 */
export async function diskOf(directory: string): Promise<Disk> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(directory) !== directory) return diskOf(dirname(directory));
    throw new V2xError(
      'directory',
      `The disk of ${directory} cannot be queried: ${codeOf(error) ?? 'error'}`,
      {
        directory,
      },
      { retry: 'later' },
    );
  }
}

async function real(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
