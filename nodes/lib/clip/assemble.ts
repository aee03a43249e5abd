import { V2xError } from '../errors';
import { cutClip, type CutMedia, type CutOptions } from './cut';
import type { Footage, TimeSpan } from './footage';
import { planClip, type ClipPlan } from './plan';
import { cutMixed } from './reencode';

export interface AssembledClip {
  readonly plan: ClipPlan;
  /** What the clip's file holds. */
  readonly media: CutMedia;
  /** A sentence for each segment that had to be left out. */
  readonly notes: readonly string[];
}

/** How many segments may turn out broken while cutting before the clip is given up for now. */
const MAX_LEFT_OUT = 3;
/** Errors that name the segment at which cutting failed. */
const UNREADABLE = new Set(['clip-length', 'segment']);

/**
 * Makes one clip of footage: by stream copy, or re-encoded where that is impossible. A segment at which ffmpeg cannot
 * read on is left out in the next try, so that it costs only itself.
 * @param wanted the window, Unix seconds
 * @param t0 the moment of the incident, Unix seconds
 * @returns undefined when there is no footage in the window
 * @throws as `cutClip`
 */
export async function assembleClip(
  wanted: TimeSpan,
  t0: number,
  footage: readonly Footage[],
  options: CutOptions,
): Promise<AssembledClip | undefined> {
  let readable = footage;
  const notes: string[] = [];
  for (;;) {
    const plan = planClip(wanted, t0, readable);
    if (!plan) return undefined;
    try {
      const cut =
        plan.method === 'copy'
          ? { plan, media: await cutClip(plan, options) }
          : await cutMixed(plan, t0, readable, options);
      return { ...cut, notes };
    } catch (error) {
      const culprit = brokenSegment(error);
      const others = readable.filter(({ segment }) => segment.name !== culprit);
      if (others.length === readable.length || notes.length === MAX_LEFT_OUT) throw error;
      readable = others;
      notes.push(`${String(culprit)} cannot be read to its end and is left out`);
    }
  }
}

function brokenSegment(error: unknown): string | number | undefined {
  return error instanceof V2xError && UNREADABLE.has(error.code) ? error.details.segment : undefined;
}
