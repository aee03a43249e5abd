import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock';
import { V2xError } from '../errors';
import { probe } from '../ffmpeg/probe';
import type { Ring } from './ring';
import type { Segment } from './segment';

/** Name of an unfinished segment in a run's work directory: its number. */
const WORK_NAME = /^(\d{6,})\.mp4$/;

/**
 * Takes in what recorders left behind when they were killed: their last segments are readable up to the last
 * fragment. What is not readable is deleted. Call it only as the one recorder of the directory.
 * @returns the segments saved
 */
export async function salvage(ring: Ring, clock: Clock): Promise<Segment[]> {
  const saved: Segment[] = [];
  for (const run of (await readdir(ring.workDirectory)).sort()) {
    const directory = join(ring.workDirectory, run);
    for (const name of (await readdir(directory)).sort()) {
      const digits = WORK_NAME.exec(name)?.[1];
      const segment = digits && (await salvageFile(ring, clock, join(directory, name), run, Number(digits)));
      if (segment) saved.push(segment);
    }
    await rm(directory, { recursive: true });
  }
  return saved;
}

async function salvageFile(
  ring: Ring,
  clock: Clock,
  path: string,
  run: string,
  number: number,
): Promise<Segment | undefined> {
  // A second link: it has its name in the ring already, and only this one was not removed in time.
  const { nlink, mtimeMs } = await stat(path);
  const length = nlink === 1 ? await readableSeconds(path, clock) : 0;
  if (length === 0) return undefined;
  const before = ring.segments.findLast((segment) => segment.run === run && segment.number === number - 1);
  const from = before?.to ?? mtimeMs / 1000 - length;
  return ring.adopt(path, { from, to: from + length, run, number, measured: before !== undefined });
}

/** 0 when there is nothing to read in it. */
async function readableSeconds(path: string, clock: Clock): Promise<number> {
  try {
    const { video, duration } = await probe(path, { clock });
    return video ? (video.duration ?? duration ?? 0) : 0;
  } catch (error) {
    if (error instanceof V2xError && 'exit' in error.details) return 0;
    throw error;
  }
}
