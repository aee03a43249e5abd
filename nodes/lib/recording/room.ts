import { codeOf, messageOf, V2xError } from '../errors';
import type { Ring } from './ring';

export interface RoomOptions {
  readonly ring: Ring;
  /** Something the user should know of although recording goes on. */
  readonly onWarning: (text: string) => void;
}

/** Deletes what retention demands, and says so when only footage is left that clips still need. */
export async function makeRoom({ ring, onWarning }: RoomOptions): Promise<void> {
  if ((await ring.trim()) > 0) onWarning(onlyPinned(ring));
}

/** A file that could not be written. */
export function diskFull(path: string): V2xError {
  return new V2xError('space', `${path} could not be written`, { path });
}

/** Whether something failed because the disk is full: a call of our own, or ffmpeg. */
export function isDiskFull(error: unknown): boolean {
  const full = ['ENOSPC', 'space'].includes(codeOf(error) ?? '');
  return full || messageOf(error).includes('No space left on device');
}

/**
 * Deletes the oldest segments although retention would keep them, so that recording can go on.
 * @throws V2xError `space` when there is nothing that may be deleted
 */
export async function makeRoomOnFullDisk({ ring, onWarning }: RoomOptions): Promise<void> {
  const before = ring.segments.length;
  await ring.trim();
  const deleted = before - ring.segments.length;
  if (deleted === 0) throw new V2xError('space', onlyPinned(ring), { directory: ring.directory });
  onWarning(`The disk of ${ring.directory} is full: the oldest segments are deleted early; free disk space`);
}

function onlyPinned(ring: Ring): string {
  return `The disk of ${ring.directory} is full, and only footage that clips need is left; free disk space`;
}
