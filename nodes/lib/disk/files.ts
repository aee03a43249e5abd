import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, open, readlink, rename, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, messageOf, V2xError } from '../errors';

interface WriteOptions {
  /** Permission bits of the new file; default 0o644. */
  readonly mode?: number;
}

/**
 * Writes a file so that a reader sees all of it or nothing, also after a crash:
 * temporary name in the same directory, fsync, rename, fsync of the directory.
 * @throws the system's error
 */
export async function writeWhole(
  path: string,
  data: string | Uint8Array,
  { mode = 0o644 }: WriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(path));
}

/** Makes what was written to a file durable. */
export async function syncFile(path: string): Promise<void> {
  await syncPath(path, constants.O_RDWR);
}

/** Makes renames and links in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  await syncPath(directory, constants.O_RDONLY);
}

async function syncPath(path: string, flags: number): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Creates a directory if it is missing and makes sure that this process may write in it.
 * @param purpose what the directory is for, as it appears in the message ("events")
 * @throws V2xError `directory` naming directory, user, and the command that helps
 */
export async function ensureWritableDirectory(directory: string, purpose: string): Promise<void> {
  try {
    await makeDirectory(directory);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw await directoryError(directory, purpose, error);
  }
}

/**
 * As `mkdir -p`. Node's own tries for ever, at full load, where the system lets nobody make a directory, as in /proc.
 * @throws the system's error
 */
export async function makeDirectory(directory: string): Promise<void> {
  if (await isDirectory(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) await makeDirectory(parent);
  try {
    await mkdir(directory);
  } catch (error) {
    // Another may have been faster.
    if (!(await isDirectory(directory))) throw error;
  }
}

/**
 * What an operation on a file gives; undefined where the file, or a directory above it, does not exist.
 * @throws the operation's other errors
 */
export async function unlessMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/** Says which part of a path is a link that leads nowhere, such as to a disk that is not mounted. */
export async function deadLink(path: string): Promise<string | undefined> {
  if (existsSync(path)) return undefined;
  const target = await readlink(path).catch(() => undefined);
  const parent = dirname(path);
  if (target !== undefined) return `${path} is a link to ${resolve(parent, target)}, which does not exist`;
  return parent === path ? undefined : deadLink(parent);
}

async function directoryError(directory: string, purpose: string, cause: unknown): Promise<V2xError> {
  const user = currentUser();
  const link = await deadLink(directory);
  const reason = link ?? messageOf(cause);
  const remedy = link === undefined ? remedyFor(directory, cause) : REMEDY_FOR_LINK;
  return new V2xError(
    'directory',
    `The ${purpose} directory ${directory} cannot be used by user ${user}: ${reason}`,
    { directory, user, purpose },
    { cause, remedy, retry: 'later' },
  );
}

/** What to do about a dead link. */
export const REMEDY_FOR_LINK = 'mount or create it';

function remedyFor(directory: string, cause: unknown): string {
  if (!isPermission(cause)) return 'choose another directory, or free the path';
  const quoted = shellQuoted(directory);
  return `run: sudo mkdir -p ${quoted} && sudo chown -R ${currentUser()} ${quoted}`;
}

/** Whether permission is missing that can be given: what is denied to root, the system grants nobody. */
export function isPermission(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(codeOf(error) ?? '') && process.getuid?.() !== 0;
}

/** The user this process runs as, for messages; containers may run as one that has no name. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** A text as one word of a shell command that a user may copy. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
