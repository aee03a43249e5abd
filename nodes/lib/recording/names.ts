const SEGMENT_NAME = /^seg_(\d{1,11})\.mp4$/;

/** Name of a run and of its work directory: the second it began in, and what tells it from others. */
export const RUN_NAME = /^\d{1,10}-[0-9a-f]{6}$/;

/** Directory within that of a run for the picture alone of its unfinished segments. */
export const PICTURE_DIRECTORY = 'picture';

/**
 * File name of a segment that starts in this second (Unix time), as ffmpeg's `-strftime 1 seg_%s.mp4` gives it.
 * @throws RangeError when it is no such time
 */
export function segmentName(second: number): string {
  const name = `seg_${Math.floor(second)}.mp4`;
  if (!SEGMENT_NAME.test(name)) throw new RangeError(`${second} is no time for a segment`);
  return name;
}

/** The second (Unix time) in a segment's file name; undefined when the name is not one of a segment. */
export function secondOfName(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
