import { V2xError } from '../../errors';
import type { Ring } from './ring';

export interface SpaceOptions {
  readonly ring: Ring;
  /** Something the user should know although recording goes on. */
  readonly onWarning: (text: string) => void;
}

/**
 * Deletes what retention demands, and the oldest segments when the disk cannot hold the next ones. Warns when segments had
 * to go early, or when only footage is left that clips still need.
 */
export async function freeSpace({ ring, onWarning }: SpaceOptions): Promise<void> {
  const { missingBytes, diskFull } = await ring.trim();
  if (missingBytes > 0) onWarning(onlyPinned(ring));
  else if (diskFull) onWarning(deletedEarly(ring));
}

/** The error for a file that could not be written. */
export function diskFull(path: string): V2xError {
  return new V2xError('space', `${path} could not be written`, { path });
}

/**
 * Deletes the oldest segments although retention would keep them, so that recording can go on.
 * @throws V2xError `space` when nothing may be deleted, or deleting would not help
 */
export async function freeFullDisk({ ring, onWarning }: SpaceOptions): Promise<void> {
  const { evicted, missingBytes } = await ring.trim();
  const pinned = missingBytes > 0;
  if (evicted.length > 0) onWarning(pinned ? onlyPinned(ring) : deletedEarly(ring));
  else throw new V2xError('space', pinned ? onlyPinned(ring) : refused(ring), { directory: ring.directory });
}

function deletedEarly(ring: Ring): string {
  return `The disk of ${ring.directory} is full: the oldest segments are deleted early; free disk space`;
}

function onlyPinned(ring: Ring): string {
  return `The disk of ${ring.directory} is full, and all footage left is needed by clips; free disk space`;
}

function refused(ring: Ring): string {
  return `The disk of ${ring.directory} has free space but accepts no more data; check its quota and inodes (df -i)`;
}
