import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors';
import { ffmpegArguments } from '../ffmpeg/command';
import { probe } from '../ffmpeg/probe';
import { isRefusal, runFfmpeg } from '../ffmpeg/run';
import type { Clock } from '../time/clock';
import { RUN_NAME, VIDEO_ONLY_DIRECTORY } from './names';
import type { Ring } from './ring/ring';
import { MOV_FLAGS, videoCodecOptions } from './run/encoding';
import type { Segment } from './segment';
import { readSegmentTimes } from './segment-box';
import { placeGuessedPicture } from './times/first-picture';

/** Seconds by which the video-only copy must be longer to be preferred; sound always lags a little. */
const WORTH_SECONDS = 0.3;
/** Name of an unfinished segment in a run's work directory: its number. */
const WORK_NAME = /^(\d{6,})\.mp4$/;

/** What can be read of an unfinished file. */
interface Readable {
  readonly seconds: number;
  /** When its end was written, in seconds since the epoch. */
  readonly written: number;
  readonly codec?: string;
}

const NOTHING: Readable = { seconds: 0, written: 0 };

/**
 * Adds to the ring what killed recorders left behind: their unfinished segments can be read up to the last fragment. A
 * run's directory is then deleted, unless ffprobe was killed before it could say what is readable. Only the directory's
 * recorder may call this.
 * @returns the segments that were added
 */
export async function recover(ring: Ring, clock: Clock): Promise<Segment[]> {
  const recovered: Segment[] = [];
  const entries = await readdir(ring.workDirectory, { withFileTypes: true });
  const runs = entries.filter((entry) => entry.isDirectory() && RUN_NAME.test(entry.name));
  for (const run of runs.map(({ name }) => name).sort()) {
    const directory = join(ring.workDirectory, run);
    let certain = true;
    for (const name of await workNames(directory)) {
      const number = Number(WORK_NAME.exec(name)?.[1]);
      const path = join(directory, name);
      const whole = await restore(path, join(directory, VIDEO_ONLY_DIRECTORY, name), clock);
      const file = number === 0 && whole ? await withoutLead(path, whole, clock) : whole;
      if (!file) certain = false;
      else if (file.seconds > 0) recovered.push(await adopt(ring, path, { run, number, file }));
    }
    if (certain) await rm(directory, { recursive: true });
  }
  return recovered;
}

/** Names of unfinished segments, with sound or without, in order. */
async function workNames(directory: string): Promise<string[]> {
  const videoOnly = readdir(join(directory, VIDEO_ONLY_DIRECTORY)).catch(() => []);
  const names = [...(await readdir(directory)), ...(await videoOnly)];
  return [...new Set(names)].filter((name) => WORK_NAME.test(name)).sort();
}

/**
 * Makes one file of an unfinished segment and its video-only copy, which is longer where sound did not come.
 * @returns undefined when it is not known this time what can be read
 */
async function restore(path: string, videoOnly: string, clock: Clock): Promise<Readable | undefined> {
  const [whole, video] = [await readable(path, clock), await readable(videoOnly, clock)];
  if (!whole || !video) return undefined;
  if (video.seconds < whole.seconds + WORTH_SECONDS || (await isComplete(path))) return whole;
  const merged = await merge(videoOnly, video, whole.seconds > 0 ? path : undefined, clock);
  if (!merged) return merged === undefined ? undefined : whole;
  await rename(videoOnly, path);
  return video;
}

/**
 * Gives a run's first picture its time where ffmpeg only guessed it. The recorder does so when the segment closes.
 * @returns undefined when ffmpeg was killed
 */
async function withoutLead(path: string, file: Readable, clock: Clock): Promise<Readable | undefined> {
  if (file.seconds === 0) return file;
  try {
    return { ...file, seconds: file.seconds - (await placeGuessedPicture(path, clock)) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return isRefusal(error) ? file : undefined;
  }
}

/** Whether a file is already in the ring, or was closed and only not added any more. */
async function isComplete(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && (info.nlink > 1 || (await readSegmentTimes(path)) !== undefined);
}

/**
 * Makes a segment of a video-only copy, with the sound of another file if there is one.
 * @returns whether that was possible; undefined when ffmpeg was killed
 */
async function merge(
  path: string,
  { codec }: Readable,
  sound: string | undefined,
  clock: Clock,
): Promise<boolean | undefined> {
  const video = videoCodecOptions(codec);
  const isPlayable = video.includes('copy');
  if (isPlayable && sound === undefined) return true;
  const merged = `${path}.merged`;
  const input = (url: string) => ({ url: `file:${url}`, options: ['-f', 'mp4'] });
  const streams = [
    '-map',
    '0:v:0',
    ...(sound === undefined ? [] : ['-map', '1:a?']),
    ...video,
    '-c:a',
    'copy',
  ];
  const args = ffmpegArguments({
    inputs: [input(path), ...(sound === undefined ? [] : [input(sound)])],
    outputs: [{ url: merged, options: [...streams, '-f', 'mp4', '-movflags', MOV_FLAGS] }],
    // Both count from the same moment.
    options: ['-copyts'],
  });
  try {
    await runFfmpeg(args, { clock });
    await rename(merged, path);
    return true;
  } catch (error) {
    if (isPlayable) return true;
    return isRefusal(error) ? false : undefined;
  }
}

async function adopt(
  ring: Ring,
  path: string,
  { run, number, file }: { readonly run: string; readonly number: number; readonly file: Readable },
): Promise<Segment> {
  const known = await readSegmentTimes(path);
  if (known) return ring.adopt(path, known);
  const before = ring.segments.findLast((segment) => segment.run === run && segment.number === number - 1);
  // Not by the file's own time stamp: it may have been written anew since.
  const from = before?.to ?? file.written - file.seconds;
  return ring.adopt(path, { from, to: from + file.seconds, run, number, measured: before !== undefined });
}

/** @returns undefined when ffprobe was killed */
async function readable(path: string, clock: Clock): Promise<Readable | undefined> {
  const info = await stat(path).catch(() => undefined);
  // A second link: it is in the ring already, and only this name was not removed in time.
  if (info?.nlink !== 1 || info.size === 0) return NOTHING;
  try {
    const { video, duration } = await probe(path, { clock });
    if (!video) return NOTHING;
    return { seconds: video.duration ?? duration ?? 0, written: info.mtimeMs / 1000, codec: video.codec };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return error.signal === undefined ? NOTHING : undefined;
  }
}
