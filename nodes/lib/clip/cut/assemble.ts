import { V2xError } from '../../errors';
import type { Footage, TimeSpan } from '../plan/footage';
import { planClip, type ClipPlan } from '../plan/plan';
import { cutClip, type CutResult } from './cut';
import { cutMedia } from './length';
import type { CutOptions } from './options';
import { readableFootage } from './readable';

export interface AssembledClip extends CutResult {
  /** Why the clip is not as long as planned, although it is the best that could be made. */
  readonly fault?: V2xError;
}

export interface AssembleOptions extends CutOptions {
  /** Begin and end on the very frame instead of at key frames. */
  readonly exact?: boolean;
}

/** How many segments may turn out broken while cutting before copying is given up. */
const MAX_LEFT_OUT = 3;
/** Errors of a clip that was cut, but not as planned; they may name the segment where it went wrong. */
const NOT_AS_PLANNED = new Set(['clip-length', 'segment']);

/**
 * Makes one clip of footage: copied, and encoded where copying is not right. A segment that cannot be read to its end
 * is left out in the next try, so that it costs only itself. When that does not help the clip is re-encoded once, and
 * if its length is still wrong it is kept with its fault.
 * @param wanted the window, Unix seconds
 * @param t0 the moment of the incident, Unix seconds
 * @returns undefined when there is no footage in the window
 * @throws V2xError `ffmpeg` and others that may pass
 */
export async function assembleClip(
  wanted: TimeSpan,
  t0: number,
  footage: readonly Footage[],
  options: AssembleOptions,
): Promise<AssembledClip | undefined> {
  const exact = options.exact ?? false;
  let good = footage;
  const leftOut: string[] = [];
  for (;;) {
    let plan: ClipPlan | undefined;
    try {
      plan = planClip(wanted, t0, await readableFootage(wanted, good, options));
      if (!plan) return undefined;
      const cut = await cutClip(plan, { exact, encode: false }, options);
      return { ...cut, notes: [...leftOut, ...cut.notes] };
    } catch (error) {
      const fault = faultOf(error);
      const others = good.filter(({ segment }) => segment.name !== fault.details.segment);
      const hopeless = others.length === good.length || others.length === 0;
      if (hopeless || leftOut.length === MAX_LEFT_OUT) {
        if (!plan) throw error;
        return await secondTry({ plan, notes: leftOut, exact }, options);
      }
      good = others;
      leftOut.push(`${String(fault.details.segment)} cannot be read to its end and is left out`);
    }
  }
}

interface Attempt {
  readonly plan: ClipPlan;
  readonly notes: readonly string[];
  readonly exact: boolean;
}

/** Re-encodes, which mends what copying stumbles over; whatever comes out is kept. */
async function secondTry({ plan, notes, exact }: Attempt, options: AssembleOptions): Promise<AssembledClip> {
  try {
    const cut = await cutClip(plan, { exact, encode: true }, options);
    const why = 'The footage could not be copied as planned and was re-encoded';
    return { ...cut, notes: [...notes, why, ...cut.notes] };
  } catch (error) {
    const fault = faultOf(error);
    const media = await cutMedia(options.target, options);
    const { from } = plan.achieved;
    const achieved = { from, to: from + media.end - media.firstFrame };
    return {
      plan: { ...plan, achieved },
      media,
      notes: [...notes, `${fault.message}; it is kept as it is`],
      fault,
    };
  }
}

/** @throws what was thrown, when it is another error */
function faultOf(error: unknown): V2xError {
  if (error instanceof V2xError && NOT_AS_PLANNED.has(error.code)) return error;
  throw error;
}
