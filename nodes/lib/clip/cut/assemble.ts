import type { V2xError } from '../../errors';
import type { Footage, TimeSpan } from '../plan/footage';
import { planClip, type ClipPlan } from '../plan/plan';
import { isNotAsPlanned, nextAttempt, type Attempt } from './attempt';
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

/**
 * Makes one clip of footage: copied, and encoded where copying is not right. What fails is tried in other ways, see
 * `nextAttempt`; a clip whose length is still wrong is returned with its fault.
 * @param wanted the window, Unix seconds
 * @param t0 the moment of the incident, Unix seconds
 * @returns undefined when there is no footage in the window, or none that can be read
 * @throws V2xError `ffmpeg` and others that may pass
 */
export async function assembleClip(
  wanted: TimeSpan,
  t0: number,
  footage: readonly Footage[],
  options: AssembleOptions,
): Promise<AssembledClip | undefined> {
  const { exact = false } = options;
  let attempt: Attempt = { footage, exact, encode: 'needed', notes: [], brokeOff: 0 };
  for (;;) {
    let plan: ClipPlan | undefined;
    try {
      plan = planClip(wanted, t0, await readableFootage(wanted, attempt.footage, options));
      if (!plan) return undefined;
      const cut = await cutClip(plan, attempt, options);
      return { ...cut, notes: [...attempt.notes, ...cut.notes] };
    } catch (error) {
      const next = nextAttempt(attempt, error, t0);
      if (!next) {
        if (!plan || !isNotAsPlanned(error)) throw error;
        return await withFault(plan, attempt.notes, error, options);
      }
      attempt = next;
    }
  }
}

/**
 * As `assembleClip`. Damaged footage can make an exact cut break off, which needs ffmpeg to read all of it; then one at
 * key frames is better.
 */
export async function assembleWhole(
  wanted: TimeSpan,
  t0: number,
  footage: readonly Footage[],
  options: AssembleOptions,
): Promise<AssembledClip | undefined> {
  const clip = await assembleClip(wanted, t0, footage, options);
  if (!clip?.fault || !options.exact) return clip;
  const whole = await assembleClip(wanted, t0, footage, { ...options, exact: false });
  if (!whole) return clip;
  const note = `The clip starts and ends at key frames because an exact cut failed: ${clip.fault.message}`;
  return { ...whole, notes: [...whole.notes, note] };
}

/** A clip of the wrong length is better than none. */
async function withFault(
  plan: ClipPlan,
  notes: readonly string[],
  fault: V2xError,
  options: AssembleOptions,
): Promise<AssembledClip> {
  const media = await cutMedia(options.target, options);
  const { from } = plan.achieved;
  const achieved = { from, to: from + media.end - media.firstFrame };
  return {
    plan: { ...plan, achieved },
    media,
    notes: [...notes, `${fault.message}; it is published anyway`],
    fault,
  };
}
