import { basename, dirname } from 'node:path';
import { cutClip, type CutMedia, type CutOptions } from './cut';
import type { Footage } from './footage';
import { inspectMedia } from './inspect';
import { planClip, type ClipPlan } from './plan';

/**
 * Cuts a clip of footage whose codec or picture size changes: each stretch of one format is encoded to H.264 of the
 * largest size, then the stretches are joined like segments, so that times and gaps stay as they are.
 * @param plan for all of the footage
 * @returns the plan with the times that the joined clip has, and what the clip's file holds
 * @throws as `cutClip`
 */
export async function cutMixed(
  plan: ClipPlan,
  t0: number,
  footage: readonly Footage[],
  options: CutOptions,
): Promise<{ plan: ClipPlan; media: CutMedia }> {
  const stretches = stretchesOfOneFormat(footage)
    .map((stretch) => planClip(plan.wanted, t0, stretch))
    .filter((stretch) => stretch !== undefined);
  const encode = {
    width: even(Math.max(...footage.map(({ media }) => media.width))),
    height: even(Math.max(...footage.map(({ media }) => media.height))),
  };
  const encoded: Footage[] = [];
  for (const [number, stretch] of stretches.entries()) {
    const target = `${options.target}.stretch${number}.mp4`;
    const onPercent = (percent: number) => {
      options.onPercent?.(Math.floor((100 * number + percent) / stretches.length));
    };
    await cutClip(stretch, { ...options, target, encode, onPercent });
    const media = await inspectMedia(target, options);
    const { from, to } = stretch.achieved;
    const measured = stretch.parts.every(({ segment }) => segment.measured);
    encoded.push({
      segment: { name: basename(target), from, to, bytes: 0, run: '', number, measured },
      media,
    });
  }
  const joined = planClip(plan.wanted, t0, encoded) ?? plan;
  const media = await cutClip(joined, { ...options, segments: dirname(options.target) });
  return { plan: { ...plan, t0Offset: joined.t0Offset, duration: joined.duration }, media };
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
