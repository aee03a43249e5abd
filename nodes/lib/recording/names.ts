const SEGMENT_NAME = /^seg_(\d{1,11})\.mp4$/;

/** File name of a segment that starts in this second (Unix time), as ffmpeg's `-strftime 1 seg_%s.mp4` gives it. */
export function segmentName(second: number): string {
  return `seg_${Math.floor(second)}.mp4`;
}

/** The second (Unix time) in a segment's file name; undefined when the name is not one of a segment. */
export function secondOfName(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
