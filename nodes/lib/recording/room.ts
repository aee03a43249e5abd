import { codeOf, messageOf, V2xError } from '../errors';
import type { Ring } from './ring';

export interface RoomOptions {
  readonly ring: Ring;
  /** Something the user should know of although recording goes on. */
  readonly onWarning: (text: string) => void;
}

/** Room for so many more segments is made at once when the disk is full. */
const SEGMENTS_TO_COME = 3;
/** Size of a segment when there is none to go by. */
const UNKNOWN_BYTES = 1 << 20;

/** Deletes what retention demands, and says so when only footage is left that clips still need. */
export async function makeRoom({ ring, onWarning }: RoomOptions): Promise<void> {
  if ((await ring.trim()) > 0) onWarning(onlyPinned(ring));
}

/** Whether something failed because the disk is full: a call of our own, or ffmpeg. */
export function isDiskFull(error: unknown): boolean {
  return codeOf(error) === 'ENOSPC' || messageOf(error).includes('No space left on device');
}

/**
 * Deletes the oldest segments although retention would keep them, so that recording can go on.
 * @throws V2xError `space` when there is nothing that may be deleted
 */
export async function makeRoomOnFullDisk({ ring, onWarning }: RoomOptions): Promise<void> {
  const before = ring.segments.length;
  const size = ring.segments.at(-1)?.bytes ?? UNKNOWN_BYTES;
  await ring.trim(SEGMENTS_TO_COME * size);
  const deleted = before - ring.segments.length;
  if (deleted === 0) throw new V2xError('space', onlyPinned(ring), { directory: ring.directory });
  onWarning(`The disk of ${ring.directory} is full: the oldest segments are deleted early; free disk space`);
}

function onlyPinned(ring: Ring): string {
  return `The disk of ${ring.directory} is too full, and only footage kept for clips is left; free disk space`;
}
