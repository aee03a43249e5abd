import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../time/clock';
import { ToolError } from '../errors';
import { ffmpegArguments } from '../ffmpeg/command';
import { probe } from '../ffmpeg/probe';
import { runFfmpeg } from '../ffmpeg/run';
import type { Ring } from './ring/ring';
import { MOV_FLAGS } from './run/encoding';
import { VIDEO_ONLY_DIRECTORY, RUN_NAME } from './names';
import { readSegmentTimes } from './segment-box';
import type { Segment } from './segment';

/** A picture alone is preferred from so much more of it on, in seconds; sound always lags a little. */
const WORTH_SECONDS = 0.3;
/** Name of an unfinished segment in a run's work directory: its number. */
const WORK_NAME = /^(\d{6,})\.mp4$/;

/**
 * Takes in what recorders left behind when they were killed: their last segments are readable up to the last
 * fragment. A run's directory is deleted with all that is not readable, unless ffprobe was killed before it could tell.
 * Call it only as the one recorder of the directory.
 * @returns the segments saved
 */
export async function recover(ring: Ring, clock: Clock): Promise<Segment[]> {
  const saved: Segment[] = [];
  const entries = await readdir(ring.workDirectory, { withFileTypes: true });
  const runs = entries.filter((entry) => entry.isDirectory() && RUN_NAME.test(entry.name));
  for (const run of runs.map(({ name }) => name).sort()) {
    const directory = join(ring.workDirectory, run);
    let certain = true;
    for (const name of await workNames(directory)) {
      const number = Number(WORK_NAME.exec(name)?.[1]);
      const path = join(directory, name);
      const length = await restore(path, join(directory, VIDEO_ONLY_DIRECTORY, name), clock);
      if (length === undefined) certain = false;
      else if (length > 0) saved.push(await takeIn(ring, path, { run, number, length }));
    }
    if (certain) await rm(directory, { recursive: true });
  }
  return saved;
}

/** Names of unfinished segments, whole or of the picture alone, in order. */
async function workNames(directory: string): Promise<string[]> {
  const picture = readdir(join(directory, VIDEO_ONLY_DIRECTORY)).catch(() => []);
  const names = [...(await readdir(directory)), ...(await picture)];
  return [...new Set(names)].filter((name) => WORK_NAME.test(name)).sort();
}

/**
 * Makes one file of an unfinished segment and its picture alone, which is longer where sound did not come.
 * @returns its length in seconds; undefined when that cannot be told now
 */
async function restore(path: string, picture: string, clock: Clock): Promise<number | undefined> {
  const [length, pictureLength] = [await readableSeconds(path, clock), await readableSeconds(picture, clock)];
  if (length === undefined || pictureLength === undefined) return undefined;
  // A closed one, or one that has its name in the ring, is whole.
  if (pictureLength < length + WORTH_SECONDS || (await isWhole(path))) return length;
  if (length > 0) await addSound(picture, path, clock);
  await rename(picture, path);
  return pictureLength;
}

/** Whether a file is in the ring already, or was closed and only not taken in any more. */
async function isWhole(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && (info.nlink > 1 || (await readSegmentTimes(path)) !== undefined);
}

/** Gives the picture the sound of a file, if ffmpeg can read it. */
async function addSound(picture: string, from: string, clock: Clock): Promise<void> {
  const both = `${picture}.both`;
  const input = (path: string) => ({ url: `file:${path}`, options: ['-f', 'mp4'] });
  const options = ['-map', '0:v:0', '-map', '1:a?', '-c', 'copy', '-f', 'mp4', '-movflags', MOV_FLAGS];
  const args = ffmpegArguments({
    inputs: [input(picture), input(from)],
    outputs: [{ url: both, options }],
    // Both count from the same moment.
    options: ['-copyts'],
  });
  const done = await runFfmpeg(args, { clock }).then(
    () => true,
    () => false,
  );
  if (done) await rename(both, picture);
}

async function takeIn(
  ring: Ring,
  path: string,
  { run, number, length }: { readonly run: string; readonly number: number; readonly length: number },
): Promise<Segment> {
  const sealed = await readSegmentTimes(path);
  if (sealed) return ring.adopt(path, sealed);
  const before = ring.segments.findLast((segment) => segment.run === run && segment.number === number - 1);
  const from = before?.to ?? (await stat(path)).mtimeMs / 1000 - length;
  return ring.adopt(path, { from, to: from + length, run, number, measured: before !== undefined });
}

/** 0 when there is nothing to read in it; undefined when that cannot be told now. */
async function readableSeconds(path: string, clock: Clock): Promise<number | undefined> {
  // A second link: it has its name in the ring already, and only this one was not removed in time.
  const info = await stat(path).catch(() => undefined);
  if (info?.nlink !== 1 || info.size === 0) return 0;
  try {
    const { video, duration } = await probe(path, { clock });
    return video ? (video.duration ?? duration ?? 0) : 0;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return error.signal === undefined ? 0 : undefined;
  }
}
