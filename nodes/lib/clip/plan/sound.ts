import type { ClipPart } from './plan';
import type { JoinablePart } from './spans';

/** Parts of a clip that follow each other and whose sound is of one format; undefined: they have none. */
export interface SoundStretch {
  readonly format: string | undefined;
  readonly parts: readonly [JoinablePart, ...JoinablePart[]];
}

/** How the sound of a clip is made. */
export type SoundPlan =
  | { readonly method: 'none' }
  | { readonly method: 'copy'; readonly parts: readonly JoinablePart[] }
  | { readonly method: 'encode'; readonly stretches: readonly SoundStretch[] };

/** Less sound than picture, in seconds, than this is no gap: frames of both end at different times. */
export const MOMENT = 0.5;

/**
 * All sound that was recorded is in the clip, in one track. It is copied where it is of one format; silence takes the
 * place of what is missing.
 */
export function planSound(parts: readonly JoinablePart[], hasGaps: boolean): SoundPlan {
  const heard = parts.filter(({ media }) => media.tracks.sound);
  if (heard.length === 0) return { method: 'none' };
  const formats = new Set(heard.map(({ media }) => media.tracks.sound?.format));
  const complete = !hasGaps && parts.every(isComplete);
  const canBeSilent = heard.every(({ media }) => media.tracks.sound?.canBeSilent);
  if (formats.size === 1 && (complete || canBeSilent)) return { method: 'copy', parts: heard };
  return { method: 'encode', stretches: stretchesOf(parts) };
}

function isComplete({ media, inpoint, outpoint }: ClipPart): boolean {
  const sound = media.tracks?.sound;
  if (!sound) return false;
  const from = inpoint ?? media.firstFrame;
  const to = outpoint ?? media.end;
  return sound.from < from + MOMENT && sound.to > to - MOMENT;
}

function stretchesOf(parts: readonly JoinablePart[]): SoundStretch[] {
  const stretches: { format: string | undefined; parts: [JoinablePart, ...JoinablePart[]] }[] = [];
  for (const part of parts) {
    const format = part.media.tracks.sound?.format;
    const last = stretches.at(-1);
    if (last?.format === format) last?.parts.push(part);
    else stretches.push({ format, parts: [part] });
  }
  return stretches;
}
