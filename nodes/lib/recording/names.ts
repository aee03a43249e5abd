const SEGMENT_NAME = /^seg_(\d{1,11})\.mp4$/;

/** Name of a run and of its work directory: the second in which it began, and a random suffix. */
export const RUN_NAME = /^\d{1,10}-[0-9a-f]{6}$/;

/** Where recorders write in a store before a segment gets its name: hidden from the store's readers. */
export const WORK_DIRECTORY = '.recording';

/** Directory within that of a run for copies of its unfinished segments without sound. */
export const VIDEO_ONLY_DIRECTORY = 'video-only';

/**
 * File name of a segment that starts in this second (Unix time), as ffmpeg's `-strftime 1 seg_%s.mp4` gives it.
 * @throws RangeError when no segment can have this name
 */
export function segmentName(second: number): string {
  const name = `seg_${Math.floor(second)}.mp4`;
  if (!SEGMENT_NAME.test(name)) throw new RangeError(`No segment can start at ${second}`);
  return name;
}

/** The second (Unix time) in a segment's file name; undefined for other names. */
export function secondOfName(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
