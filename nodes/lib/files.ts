import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf, V2xError } from './errors';

export interface WriteOptions {
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
 * @throws V2xError `directory` naming directory, user, and the command that mends it
 */
export async function ensureWritableDirectory(directory: string, purpose: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw directoryError(directory, purpose, error);
  }
}

function directoryError(directory: string, purpose: string, cause: unknown): V2xError {
  const user = currentUser();
  const permission = ['EACCES', 'EPERM'].includes(codeOf(cause) ?? '');
  const quoted = shellQuoted(directory);
  const mend = permission
    ? `run: sudo mkdir -p ${quoted} && sudo chown -R ${user} ${quoted}`
    : 'choose another directory or free the path';
  return new V2xError(
    'directory',
    `The ${purpose} directory ${directory} cannot be used by user ${user}: ${messageOf(cause)}; ${mend}`,
    { directory, user, purpose },
    { cause },
  );
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
