import { diskOf } from '../../../nodes/lib/disk/directories';
import type { StreamMeasure } from '../../../nodes/lib/ffmpeg/measure';
import { duration, findings, size, type Finding } from '../finding';
import type { Store } from '../store';

const recorder = findings('recorder');
const disk = findings('disk');

/** A recorder that writes nothing for so long, in seconds, gets nothing from its camera. */
const SILENCE = 15;
/** A clock that was set back leaves footage of the future behind; less than this, in seconds, is nothing. */
const FUTURE = 5;

/** Whether footage comes in: the answer to "the recorder is empty". */
export function judgeRecorder(store: Store, now: number): Finding {
  const { directory, recording, segments, lastWrite } = store;
  const held = `segments in ${directory}: ${segments}`;
  if (!recording) {
    const last = lastWrite === undefined ? 'none yet' : `the last one ${duration(now - lastWrite)} ago`;
    return recorder.warning(
      `nothing is recording (${held}, ${last})`,
      'start the unit: v2x start, or systemctl start v2x',
    );
  }
  if (lastWrite === undefined || now - lastWrite > SILENCE) {
    const silence = lastWrite === undefined ? 'yet' : `for ${duration(now - lastWrite)}`;
    return recorder.problem(
      `a recorder is running, but nothing is written ${silence} (${held})`,
      'see the line camera above, the error of ffmpeg-segmenter in the log, and the free disk space',
    );
  }
  if (store.newest && store.newest.written > now + FUTURE) {
    return recorder.warning(
      `${held}; the newest is from the future: the clock was set back`,
      'see the line clock below',
    );
  }
  return recorder.ok(`recording: ${held}, last written ${duration(Math.max(0, now - lastWrite))} ago`);
}

interface DiskState {
  readonly freeBytes: number;
  /** What the camera sends; undefined when it could not be measured. */
  readonly bytesPerSecond: number | undefined;
  /** Seconds of a clip before and after the incident. */
  readonly pre: number;
  readonly post: number;
}

/** Whether the ring fits on the disk, and whether what it holds is enough for clips. */
export function judgeDisk(store: Store, { freeBytes, bytesPerSecond, pre, post }: DiskState): Finding {
  const free = `${size(freeBytes)} free at ${store.directory}`;
  const clip = pre + post;
  if (store.maxAge > 0 && store.maxAge < pre) {
    const text = `the ring buffer keeps ${duration(store.maxAge)}, less than the pre-roll of ${duration(pre)}`;
    return disk.problem(text, 'raise the hours of the v2x-segment-store node');
  }
  if (bytesPerSecond === undefined) {
    if (freeBytes < store.minFreeBytes) return disk.problem(free, moreDisk(store));
    return disk.ok(`${free}; the bit rate is unknown, and so is the space that the ring buffer needs`);
  }
  const available = Math.max(0, freeBytes - store.minFreeBytes) + store.bytes;
  const limit = store.maxBytes > 0 ? Math.min(available, store.maxBytes) : available;
  const fits = limit / bytesPerSecond;
  const holds = store.maxAge > 0 ? Math.min(fits, store.maxAge) : fits;
  const wanted = store.maxAge * bytesPerSecond;
  const text = `${free}; the ring buffer takes ${size(holds * bytesPerSecond)} for ${duration(holds)}, a clip ${size(clip * bytesPerSecond)}`;
  if (fits < clip)
    return disk.problem(`${text}: less than a clip of ${duration(clip)} needs`, moreDisk(store));
  if (fits < store.maxAge) {
    return disk.warning(`${text}; ${duration(store.maxAge)} would take ${size(wanted)}`, moreDisk(store));
  }
  return disk.ok(text);
}

function moreDisk({ maxBytes, minFreeBytes }: Store): string {
  const limits = maxBytes > 0 ? `, or raise its limit of ${size(maxBytes)}` : '';
  return `free disk space (${size(minFreeBytes)} are kept free) or keep fewer hours in the v2x-segment-store node${limits}`;
}

/** Measures the disk and judges it. */
export async function checkDisk(
  store: Store,
  measure: StreamMeasure | undefined,
  window: { readonly pre: number; readonly post: number },
): Promise<Finding> {
  const { freeBytes } = await diskOf(store.directory);
  return judgeDisk(store, { freeBytes, bytesPerSecond: measure?.bytesPerSecond, ...window });
}
