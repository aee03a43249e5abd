import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, V2xError } from '../../errors';
import {
  currentUser,
  ensureWritableDirectory,
  makeDirectory,
  shellQuoted,
  unlessMissing,
} from '../../disk/files';

/** What becomes of a file: moved to `done`, deleted, or left where it is. */
export type Afterwards = 'done' | 'delete' | 'leave';

/** Where files go whose events were passed on. */
export function doneDirectory(directory: string): string {
  return join(directory, 'done');
}

/** Where files go that are no events. */
export function rejectedDirectory(directory: string): string {
  return join(directory, 'rejected');
}

/** Whether a file of this name holds an event: hidden and temporary files are work in progress. */
export function isEventName(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.');
}

/**
 * Makes sure that events can be taken from a directory, and makes it when it is missing. Where files are left in place,
 * reading is enough.
 * @throws V2xError `directory` naming directory, user and the command to run
 */
export async function ensureEventsDirectory(directory: string, after: Afterwards): Promise<void> {
  if (after === 'leave' && (await isReadable(directory))) return;
  await ensureWritableDirectory(directory, 'events');
}

async function isReadable(directory: string): Promise<boolean> {
  return access(directory, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Where the journal of files that are left in place lies: in the directory itself, so that all who take from it share
 * one; in this unit's state, where the directory may only be read.
 * @param state the unit's own directory for this
 * @throws the system's error when neither can be written
 */
export async function journalPlace(directory: string, state: string): Promise<string> {
  const shared = join(directory, '.taken');
  try {
    await makeDirectory(shared);
    await access(shared, constants.W_OK | constants.X_OK);
    return shared;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
  }
  const name = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex')
    .slice(0, 16);
  return join(state, name);
}

/** What sets a directory apart from another of the same name; empty when there is none. */
export async function identityOf(directory: string): Promise<string> {
  const info = await unlessMissing(stat(directory));
  return info ? `${info.dev} ${info.ino}` : '';
}

export function directoryGone(directory: string): V2xError {
  const user = currentUser();
  return new V2xError(
    'directory',
    `The events directory ${directory} was removed or replaced while user ${user} watched it`,
    { directory, user },
    { remedy: `it will be made again shortly, or run: mkdir -p ${shellQuoted(directory)}`, retry: 'later' },
  );
}
