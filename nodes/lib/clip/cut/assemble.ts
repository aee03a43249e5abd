import { V2xError } from '../../errors';
import { cutClip, cutMedia, type CutMedia, type CutOptions } from './cut';
import type { Footage, TimeSpan } from '../plan/footage';
import type { CutResult } from './pieces';
import { planClip, type ClipPlan } from '../plan/plan';
import { cutByEncoding, cutExactly } from './reencode';

export interface AssembledClip {
  readonly plan: ClipPlan;
  /** What the clip's file holds. */
  readonly media: CutMedia;
  /** A sentence for each segment that had to be left out, and for what else did not go as planned. */
  readonly notes: readonly string[];
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
 * Makes one clip of footage: by stream copy, or re-encoded where that is impossible. A segment at which ffmpeg cannot
 * read on is left out in the next try, so that it costs only itself. When that does not help the clip is re-encoded
 * once, and if its length is still wrong it is kept with its fault.
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
  let readable = footage;
  const notes: string[] = [];
  for (;;) {
    const plan = planClip(wanted, t0, readable);
    if (!plan) return undefined;
    try {
      return { ...(await cutAsPlanned(plan, t0, readable, options)), notes };
    } catch (error) {
      const fault = faultOf(error);
      const others = readable.filter(({ segment }) => segment.name !== fault.details.segment);
      const hopeless = others.length === readable.length || others.length === 0;
      if (hopeless || notes.length === MAX_LEFT_OUT) {
        return await secondTry({ plan, t0, readable, notes }, options);
      }
      readable = others;
      notes.push(`${String(fault.details.segment)} cannot be read to its end and is left out`);
    }
  }
}

async function cutAsPlanned(
  plan: ClipPlan,
  t0: number,
  readable: readonly Footage[],
  options: AssembleOptions,
): Promise<CutResult> {
  if (options.exact) return cutExactly(plan, t0, readable, options);
  if (plan.method === 'copy') return { plan, media: await cutClip(plan, options) };
  return cutByEncoding(plan, t0, readable, options);
}

interface Attempt {
  readonly plan: ClipPlan;
  readonly t0: number;
  readonly readable: readonly Footage[];
  readonly notes: readonly string[];
}

/** Re-encodes, which mends what copying stumbles over; whatever comes out is kept. */
async function secondTry(
  { plan, t0, readable, notes }: Attempt,
  options: AssembleOptions,
): Promise<AssembledClip> {
  try {
    const cut = await cutByEncoding(plan, t0, readable, options);
    return { ...cut, notes: [...notes, 'The footage could not be copied as planned and was re-encoded'] };
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
