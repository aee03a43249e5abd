import { statfs } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StreamMeasure } from '../../../nodes/lib/ffmpeg/measure';
import { duration, findings, size, type Finding } from '../finding';
import type { RingState } from '../ring-state';

const recorder = findings('recorder');
const disk = findings('disk');

/** A recorder that writes nothing for so long, in seconds, gets nothing from its camera. */
const SILENCE = 15;
/** A clock that was set back leaves footage of the future behind; less than this, in seconds, is nothing. */
const FUTURE = 5;

/** Whether footage comes in: the answer to "the recorder is empty". */
export function judgeRecorder(ring: RingState, now: number): Finding {
  const { directory, recording, segments, lastWrite } = ring;
  const held = `segments in ${directory}: ${segments}`;
  if (!recording) {
    const last = lastWrite === undefined ? 'none yet' : `the last one ${duration(now - lastWrite)} ago`;
    return recorder.warning(
      `nobody records (${held}, ${last})`,
      'start the unit: v2x start, or systemctl start v2x',
    );
  }
  if (lastWrite === undefined || now - lastWrite > SILENCE) {
    const silence = lastWrite === undefined ? 'yet' : `for ${duration(now - lastWrite)}`;
    return recorder.problem(
      `it runs, but nothing is written ${silence} (${held})`,
      'see the camera above, the error of ffmpeg-segmenter in the log, and the free disk space',
    );
  }
  if (ring.newest && ring.newest.written > now + FUTURE) {
    return recorder.warning(
      `${held}; the newest is from the future: the clock was set back`,
      'see the clock below',
    );
  }
  return recorder.ok(`it records: ${held}, last written ${duration(Math.max(0, now - lastWrite))} ago`);
}

export interface DiskState {
  readonly freeBytes: number;
  /** What the camera sends; undefined when it could not be measured. */
  readonly bytesPerSecond: number | undefined;
  /** Seconds of a clip before and after the incident. */
  readonly pre: number;
  readonly post: number;
}

/** Whether the ring fits on the disk, and whether what it holds is enough for clips. */
export function judgeDisk(ring: RingState, { freeBytes, bytesPerSecond, pre, post }: DiskState): Finding {
  const free = `${size(freeBytes)} free at ${ring.directory}`;
  const clip = pre + post;
  if (ring.maxAge > 0 && ring.maxAge < pre) {
    const text = `the ring keeps ${duration(ring.maxAge)}, less than the pre-roll of ${duration(pre)}`;
    return disk.problem(text, 'raise the hours of the v2x-segment-store node');
  }
  if (bytesPerSecond === undefined) {
    if (freeBytes < ring.minFreeBytes) return disk.problem(free, moreDisk(ring));
    return disk.ok(`${free}; the bit rate is not known, so what the ring needs is not`);
  }
  const room = Math.max(0, freeBytes - ring.minFreeBytes) + ring.bytes;
  const limit = ring.maxBytes > 0 ? Math.min(room, ring.maxBytes) : room;
  const fits = limit / bytesPerSecond;
  const holds = ring.maxAge > 0 ? Math.min(fits, ring.maxAge) : fits;
  const wanted = ring.maxAge * bytesPerSecond;
  const text = `${free}; the ring takes ${size(holds * bytesPerSecond)} for ${duration(holds)}, a clip ${size(clip * bytesPerSecond)}`;
  if (fits < clip)
    return disk.problem(`${text}: less than a clip of ${duration(clip)} needs`, moreDisk(ring));
  if (fits < ring.maxAge) {
    return disk.warning(`${text}; ${duration(ring.maxAge)} would take ${size(wanted)}`, moreDisk(ring));
  }
  return disk.ok(text);
}

function moreDisk({ maxBytes, minFreeBytes }: RingState): string {
  const limits = maxBytes > 0 ? `, or raise its limit of ${size(maxBytes)}` : '';
  return `free disk space (${size(minFreeBytes)} are left alone) or keep fewer hours in the v2x-segment-store node${limits}`;
}

/** Measures the disk and judges it. */
export async function checkDisk(
  ring: RingState,
  measure: StreamMeasure | undefined,
  window: { readonly pre: number; readonly post: number },
): Promise<Finding> {
  const { bavail, bsize } = await statfs(existing(ring.directory));
  return judgeDisk(ring, { freeBytes: bavail * bsize, bytesPerSecond: measure?.bytesPerSecond, ...window });
}

/** The directory, or the nearest above it that is there. */
export function existing(directory: string): string {
  return existsSync(directory) ? directory : existing(dirname(directory));
}
