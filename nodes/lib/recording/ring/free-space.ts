import { V2xError } from '../../errors';
import type { Ring } from './ring';

export interface RoomOptions {
  readonly ring: Ring;
  /** Something the user should know of although recording goes on. */
  readonly onWarning: (text: string) => void;
}

/**
 * Deletes what retention demands, and the oldest when the disk has no room for the next segments. It says so when that
 * came early, or when only footage is left that clips still need.
 */
export async function makeRoom({ ring, onWarning }: RoomOptions): Promise<void> {
  const { missingBytes, diskFull } = await ring.trim();
  if (missingBytes > 0) onWarning(onlyPinned(ring));
  else if (diskFull) onWarning(deletedEarly(ring));
}

/** A file that could not be written. */
export function diskFull(path: string): V2xError {
  return new V2xError('space', `${path} could not be written`, { path });
}

/**
 * Deletes the oldest segments although retention would keep them, so that recording can go on.
 * @throws V2xError `space` when there is nothing that may be deleted, or nothing that would help
 */
export async function makeRoomOnFullDisk({ ring, onWarning }: RoomOptions): Promise<void> {
  const { victims, missingBytes } = await ring.trim();
  const pinned = missingBytes > 0;
  if (victims.length > 0) onWarning(pinned ? onlyPinned(ring) : deletedEarly(ring));
  else throw new V2xError('space', pinned ? onlyPinned(ring) : refused(ring), { directory: ring.directory });
}

function deletedEarly(ring: Ring): string {
  return `The disk of ${ring.directory} is full: the oldest segments are deleted early; free disk space`;
}

function onlyPinned(ring: Ring): string {
  return `The disk of ${ring.directory} is full, and only footage that clips need is left; free disk space`;
}

function refused(ring: Ring): string {
  return `The disk of ${ring.directory} has free space but takes no more; look at its quota and inodes (df -i)`;
}
