import type { CutOptions, EncodeOptions } from './cut';
import { endOf, startOf, wallTime, type Footage } from '../plan/footage';
import { joinPieces, type CutResult, type Piece } from './pieces';
import { planClip, type ClipPlan } from '../plan/plan';

/** Key frames closer than this to a moment, in seconds, are at it. */
const SAME_FRAME = 0.002;

/**
 * Re-encodes a whole clip to H.264 of the largest size: what copying cannot do, where codec or picture size change.
 * It begins on the very frame when `exact` is asked for, otherwise at the key frame before.
 * @param plan for all of the footage
 * @throws as `cutClip`
 */
export async function cutByEncoding(
  plan: ClipPlan,
  t0: number,
  footage: readonly Footage[],
  options: CutOptions & { readonly exact?: boolean },
): Promise<CutResult> {
  const size = largestSize(footage);
  const pieces = stretchesOfOneFormat(footage)
    .map((stretch) => planClip(plan.wanted, t0, stretch))
    .filter((stretch) => stretch !== undefined)
    .map((stretch) => ({
      plan: stretch,
      encode: { ...size, lead: leadOf(stretch, footage), skip: options.exact ? runUp(stretch) : 0 },
    }));
  const { plan: result, media } = await joinPieces(plan, t0, pieces, options);
  return { plan: { ...result, method: 'reencode' }, media };
}

/**
 * Cuts on the very frame: only from the beginning to the first key frame and from the last one to the end is encoded,
 * what is between them is copied. Footage that does not allow that is encoded whole.
 * @throws as `cutClip`
 */
export async function cutExactly(
  plan: ClipPlan,
  t0: number,
  footage: readonly Footage[],
  options: CutOptions,
): Promise<CutResult> {
  const pieces = smartPieces(plan, t0, footage);
  if (!pieces) return cutByEncoding(plan, t0, footage, { ...options, exact: true });
  const { plan: result, media } = await joinPieces(plan, t0, pieces, options);
  return { plan: { ...result, method: 'smart' }, media };
}

/** @returns undefined when nothing can be copied; only H.264 tells new decoder settings within the stream */
function smartPieces(plan: ClipPlan, t0: number, footage: readonly Footage[]): Piece[] | undefined {
  const { from, to } = plan.wanted;
  const begin = Math.max(from, plan.achieved.from);
  const used = footage.filter((item) => startOf(item) < to && endOf(item) > from);
  const keys = used.flatMap((item) => item.media.keyFrames.map((time) => wallTime(item, time)));
  const first = keys.find((time) => time >= begin - SAME_FRAME);
  const last = keys.findLast((time) => time <= plan.achieved.to + SAME_FRAME);
  if (plan.method !== 'copy' || !plan.format.startsWith('h264')) return undefined;
  if (first === undefined || last === undefined || first >= last) return undefined;
  const piece = (start: number, end: number, encoded: boolean): Piece[] => {
    const stretch = end - start > SAME_FRAME ? planClip({ from: start, to: end }, t0, used) : undefined;
    if (!stretch) return [];
    const encode = {
      ...largestSize(used),
      lead: leadOf(stretch, used),
      skip: runUp(stretch),
      keepAudio: true,
    };
    return [encoded ? { plan: stretch, encode } : { plan: stretch }];
  };
  const ends = plan.achieved.to;
  return [...piece(begin, first, true), ...piece(first, last, false), ...piece(last, ends, true)];
}

/** Seconds from the key frame that is decoded first to the beginning of the window. */
function runUp({ wanted, achieved }: ClipPlan): number {
  return Math.max(0, wanted.from - achieved.from);
}

/** Seconds by which the sound of a plan's first file begins before its first frame, where all of the file is used. */
function leadOf({ parts }: ClipPlan, footage: readonly Footage[]): number {
  const first = footage.find(({ segment }) => segment === parts[0].segment);
  return first && parts[0].inpoint === undefined ? first.media.firstFrame - first.media.start : 0;
}

function largestSize(footage: readonly Footage[]): Pick<EncodeOptions, 'width' | 'height'> {
  return {
    width: even(Math.max(...footage.map(({ media }) => media.width))),
    height: even(Math.max(...footage.map(({ media }) => media.height))),
  };
}

function stretchesOfOneFormat(footage: readonly Footage[]): Footage[][] {
  const stretches: Footage[][] = [];
  for (const item of footage) {
    const current = stretches.at(-1);
    if (current?.[0].media.format === item.media.format) current.push(item);
    else stretches.push([item]);
  }
  return stretches;
}

/** H.264 with half as many colour samples (4:2:0) has no odd sizes. */
function even(pixels: number): number {
  return 2 * Math.ceil(pixels / 2);
}
