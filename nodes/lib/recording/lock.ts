import { join } from 'node:path';
import { V2xError } from '../errors';
import { isLocked, takeLock } from '../disk/lock';

const LOCK_NAME = '.lock';

/**
 * Makes this process the only recorder of a directory.
 * @returns what gives the lock back
 * @throws V2xError `in-use` when another recorder has the directory, `lock` when it cannot be locked
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const unlock = await takeLock(join(directory, LOCK_NAME));
  if (unlock) return unlock;
  throw new V2xError(
    'in-use',
    `Another recorder is writing into ${directory}`,
    { directory },
    { remedy: 'give each camera its own segment store', retry: 'later' },
  );
}

/** Whether a recorder, of any process, has a directory. */
export function isRecording(directory: string): Promise<boolean> {
  return isLocked(join(directory, LOCK_NAME));
}
