import { rename } from 'node:fs/promises';
import { ffmpegArguments } from '../../ffmpeg/command';
import { outputOf } from '../../ffmpeg/output';
import { runFfmpeg, type RunOptions } from '../../ffmpeg/run';
import type { Clock } from '../../time/clock';
import { isGuessedTime, MOV_FLAGS } from '../run/encoding';

/** No picture is shown later than sixteen that follow it (H.264, A.3.1: `MaxDpbFrames`), and a few may have no time. */
const PACKETS = 40;
const MAX_OUTPUT_BYTES = 1 << 16;

/**
 * When the first picture of a file is shown, in seconds of the file. That is not when its first packet is: the key frame
 * of an open GOP is shown after pictures that follow it. Nor is it the start time that ffprobe gives, which is that of the
 * first packet, or of an edit list.
 * @returns undefined when there is no picture with a time
 * @throws V2xError `ffmpeg` when the file cannot be read
 */
export async function firstPictureTime(
  path: string,
  options: Omit<RunOptions, 'onStdout'>,
): Promise<number | undefined> {
  const times = await pictureTimes(path, options);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/**
 * The time that belongs to a run's first picture, for which ffmpeg knew none: a picture interval before all others.
 * @param others times of the pictures that follow, in seconds, in any order
 * @returns undefined when there are not enough of them
 */
export function timeBefore(others: readonly number[]): number | undefined {
  const sorted = [...others].sort((one, other) => one - other);
  const intervals = sorted.slice(1).map((time, i) => time - (sorted[i] ?? time));
  intervals.sort((one, other) => one - other);
  const [first, interval] = [sorted.at(0), intervals.at(intervals.length >> 1)];
  return first === undefined || interval === undefined ? undefined : first - interval;
}

/**
 * Gives the first picture of a file its time, see `timeBefore`; everything else stays as it is.
 * @throws V2xError `ffmpeg` when ffmpeg is killed or cannot read the file
 */
export async function placeFirstPicture(path: string, clock: Clock): Promise<void> {
  await place(path, await pictureTimes(path, { clock }), clock);
}

/**
 * As `placeFirstPicture`, but only where the time of a run's first picture is a guess of ffmpeg; see `isGuessedTime`.
 * @param path a run's first file
 * @returns by how many seconds the first picture is later now
 * @throws V2xError `ffmpeg` when ffmpeg is killed or cannot read the file
 */
export async function placeGuessedPicture(path: string, clock: Clock): Promise<number> {
  const times = await pictureTimes(path, { clock });
  return isGuessedTime(times.at(0)) ? place(path, times, clock) : 0;
}

/** @returns by how many seconds the first picture is later now */
async function place(path: string, [guessed, ...others]: readonly number[], clock: Clock): Promise<number> {
  const time = timeBefore(others);
  if (time === undefined || guessed === undefined || time <= guessed) return 0;
  const placed = `${path}.placed`;
  const setTime = ['-bsf:v', `setts=pts=if(eq(N\\,0)\\,${time.toFixed(6)}/TB\\,PTS)`];
  const format = ['-avoid_negative_ts', 'disabled', '-f', 'mp4', '-movflags', MOV_FLAGS];
  const args = ffmpegArguments({
    inputs: [{ url: `file:${path}`, options: ['-f', 'mp4'] }],
    outputs: [{ url: placed, options: ['-map', '0', '-c', 'copy', ...setTime, ...format] }],
    options: ['-copyts'],
  });
  await runFfmpeg(args, { clock });
  await rename(placed, path);
  return time - guessed;
}

/** Times at which the first pictures of a file are shown, in the order of decoding. */
async function pictureTimes(path: string, options: Omit<RunOptions, 'onStdout'>): Promise<number[]> {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const args = ['-v', 'error', ...entries, '-read_intervals', `%+#${PACKETS}`, '-i', `file:${path}`];
  const lines = (await outputOf('ffprobe', args, MAX_OUTPUT_BYTES, options)).toString('latin1').split('\n');
  return lines.map((line) => Number.parseFloat(line)).filter(Number.isFinite);
}
