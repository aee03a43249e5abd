import { outputOf } from '../../ffmpeg/output';
import type { RunOptions } from '../../ffmpeg/run';

/** No picture is put further forward than sixteen others (H.264, A.3.1: `MaxDpbFrames`), and a few may have no time. */
const PACKETS = 40;
const MAX_OUTPUT_BYTES = 1 << 16;

/**
 * When the first picture of a file is shown, in seconds of the file. That is not when its first packet is: a key frame of
 * an open GOP is shown after pictures that follow it, and so may be a packet whose time stamp was missing. Nor is it the
 * start time that ffprobe gives, which is that of the first packet, or of an edit list.
 * @returns undefined when there is no picture with a time
 * @throws V2xError `ffmpeg` when the file cannot be read
 */
export async function firstPictureTime(
  path: string,
  options: Omit<RunOptions, 'onStdout'>,
): Promise<number | undefined> {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const args = ['-v', 'error', ...entries, '-read_intervals', `%+#${PACKETS}`, '-i', `file:${path}`];
  const lines = (await outputOf('ffprobe', args, MAX_OUTPUT_BYTES, options)).toString('latin1').split('\n');
  const times = lines.map((line) => Number.parseFloat(line)).filter(Number.isFinite);
  return times.length > 0 ? Math.min(...times) : undefined;
}
