import { V2xError } from '../errors';

/** One line of ffmpeg's segment list (ffmpeg-formats, "segment", `segment_list_type csv`). */
export interface ListLine {
  /** File name without directory. */
  readonly file: string;
  /** Time stamps in seconds since the start of the run. */
  readonly start: number;
  readonly end: number;
}

const LINE = /^(\d+\.mp4),(-?[\d.]+),(-?[\d.]+)$/;

/** @throws V2xError `ffmpeg` when the line is something else */
export function parseListLine(line: string): ListLine {
  const match = LINE.exec(line);
  if (!match) throw new V2xError('ffmpeg', `ffmpeg's segment list has the line ${JSON.stringify(line)}`);
  const [, file, start, end] = match;
  return { file, start: Number(start), end: Number(end) };
}
