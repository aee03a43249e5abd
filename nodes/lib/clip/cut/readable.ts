import { join } from 'node:path';
import { codeOf, isDiskFull, ToolError, V2xError } from '../../errors';
import { startOf, endOf, type Footage, type TimeSpan } from '../plan/footage';
import { inspectMedia } from '../plan/inspect';
import { remux } from './by-ffmpeg';
import type { CutOptions } from './options';

/** Where the file of a piece of footage is. */
export function pathOf({ path, segment }: Footage, { segments }: Pick<CutOptions, 'segments'>): string {
  return path ?? join(segments, segment.name);
}

/**
 * Footage that joining can read: ffmpeg copies what only it can read into a file of its own.
 * @throws V2xError `segment` naming a segment that cannot be read at all; the signal's reason when it is aborted
 */
export async function readableFootage(
  wanted: TimeSpan,
  footage: readonly Footage[],
  options: CutOptions,
): Promise<Footage[]> {
  const used = footage.filter((item) => startOf(item) < wanted.to && endOf(item) > wanted.from);
  const readable: Footage[] = [];
  for (const [number, item] of used.entries()) {
    readable.push(item.media.tracks ? item : await remuxed(item, number, options));
  }
  return readable;
}

async function remuxed(item: Footage, number: number, options: CutOptions): Promise<Footage> {
  const { name } = item.segment;
  const target = `${options.target}.segment${number}.mp4`;
  try {
    await remux(pathOf(item, options), { ...options, target, onPercent: () => undefined });
    const media = await inspectMedia(target, options);
    if (media.tracks) return { ...item, media, path: target };
  } catch (error) {
    options.signal.throwIfAborted();
    const isKilled = error instanceof ToolError && error.signal !== undefined;
    if (codeOf(error) !== 'ffmpeg' || isKilled || isDiskFull(error)) throw error;
  }
  throw new V2xError('segment', `${name} cannot be read`, { segment: name });
}
