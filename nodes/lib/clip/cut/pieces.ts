import { basename, dirname } from 'node:path';
import { V2xError } from '../../errors';
import { cutClip, type CutMedia, type CutOptions, type EncodeOptions } from './cut';
import type { Footage } from '../plan/footage';
import { inspectMedia } from '../plan/inspect';
import { planClip, type ClipPlan } from '../plan/plan';

/** A stretch of the window that becomes a file of its own before all are joined. */
export interface Piece {
  readonly plan: ClipPlan;
  /** Copied when undefined. */
  readonly encode?: EncodeOptions;
}

/** A clip that was cut, with the times that it really has. */
export interface CutResult {
  readonly plan: ClipPlan;
  readonly media: CutMedia;
}

/**
 * Cuts each piece, then joins them like segments, so that times and gaps stay as they are.
 * @param plan for the whole window
 * @param t0 the moment of the incident, Unix seconds
 * @throws as `cutClip`
 */
export async function joinPieces(
  plan: ClipPlan,
  t0: number,
  pieces: readonly Piece[],
  options: CutOptions,
): Promise<CutResult> {
  const footage: Footage[] = [];
  for (const [number, piece] of pieces.entries()) {
    const target = `${options.target}.piece${number}.mp4`;
    const onPercent = (percent: number) => {
      options.onPercent?.(Math.floor((100 * number + percent) / pieces.length));
    };
    await cutClip(piece.plan, {
      ...options,
      target,
      onPercent,
      ...(piece.encode && { encode: piece.encode }),
    });
    footage.push(await footageOf(piece, number, target, options));
  }
  const joined = planClip(plan.wanted, t0, footage);
  if (!joined) throw new V2xError('clip-length', 'The pieces of the clip hold no picture of its window');
  const media = await cutClip(joined, { ...options, segments: dirname(options.target) });
  const { achieved, t0Offset, duration } = joined;
  return { plan: { ...plan, achieved, t0Offset, duration }, media };
}

async function footageOf(
  { plan, encode }: Piece,
  number: number,
  target: string,
  options: CutOptions,
): Promise<Footage> {
  const media = await inspectMedia(target, options);
  const measured = plan.parts.every(({ segment }) => segment.measured);
  // Cut between two frames, an encoded piece begins with the second of them.
  const from = plan.achieved.from + (encode ? encode.skip + media.firstFrame : 0);
  const to = plan.achieved.to;
  return {
    segment: { name: basename(target), from, to, bytes: 0, run: '', number, measured },
    media,
  };
}
