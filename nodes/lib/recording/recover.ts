import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../time/clock';
import { V2xError } from '../errors';
import { probe } from '../ffmpeg/probe';
import type { Ring } from './ring';
import { RUN_NAME } from './names';
import { readSeal } from './segment-box';
import type { Segment } from './segment';

/** Name of an unfinished segment in a run's work directory: its number. */
const WORK_NAME = /^(\d{6,})\.mp4$/;

/**
 * Takes in what recorders left behind when they were killed: their last segments are readable up to the last
 * fragment. A run's directory is deleted with all that is not readable, unless ffprobe was killed before it could tell.
 * Call it only as the one recorder of the directory.
 * @returns the segments saved
 */
export async function salvage(ring: Ring, clock: Clock): Promise<Segment[]> {
  const saved: Segment[] = [];
  const entries = await readdir(ring.workDirectory, { withFileTypes: true });
  const runs = entries.filter((entry) => entry.isDirectory() && RUN_NAME.test(entry.name));
  for (const run of runs.map(({ name }) => name).sort()) {
    const directory = join(ring.workDirectory, run);
    let certain = true;
    for (const name of (await readdir(directory)).sort()) {
      const digits = WORK_NAME.exec(name)?.[1];
      if (digits === undefined) continue;
      const path = join(directory, name);
      const length = await readableSeconds(path, clock);
      if (length === undefined) certain = false;
      else if (length > 0) saved.push(await takeIn(ring, path, { run, number: Number(digits), length }));
    }
    if (certain) await rm(directory, { recursive: true });
  }
  return saved;
}

async function takeIn(
  ring: Ring,
  path: string,
  { run, number, length }: { readonly run: string; readonly number: number; readonly length: number },
): Promise<Segment> {
  const sealed = await readSeal(path);
  if (sealed) return ring.adopt(path, sealed);
  const before = ring.segments.findLast((segment) => segment.run === run && segment.number === number - 1);
  const from = before?.to ?? (await stat(path)).mtimeMs / 1000 - length;
  return ring.adopt(path, { from, to: from + length, run, number, measured: before !== undefined });
}

/** 0 when there is nothing to read in it; undefined when that cannot be told now. */
async function readableSeconds(path: string, clock: Clock): Promise<number | undefined> {
  // A second link: it has its name in the ring already, and only this one was not removed in time.
  if ((await stat(path)).nlink !== 1) return 0;
  try {
    const { video, duration } = await probe(path, { clock });
    return video ? (video.duration ?? duration ?? 0) : 0;
  } catch (error) {
    if (!(error instanceof V2xError && 'exit' in error.details)) throw error;
    return 'signal' in error.details ? undefined : 0;
  }
}
