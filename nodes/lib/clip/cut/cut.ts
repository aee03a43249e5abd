import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { allDone } from '../../async/all-done';
import type { TimeSpan } from '../../../contracts';
import { joinParts } from '../join/join';
import type { Joined, JoinPlan } from '../join/options';
import { clipChapters } from '../mp4/chapters';
import type { ClipPlan } from '../plan/plan';
import { planSound } from '../plan/sound';
import { planPicture, type Encoding, type JoinablePart, type PicturePlan } from '../plan/spans';
import { assertLength, cutMedia, type CutMedia } from './length';
import type { CutOptions } from './options';
import { opensCleanly } from './opening';
import { cutPicture } from './picture';
import { silenceNotes } from './silence';
import { cutSound } from './sound';

/** A clip that was cut, with the times that it really has. */
export interface CutResult {
  readonly plan: ClipPlan;
  /** What the clip's file holds. */
  readonly media: CutMedia;
  /** A sentence for each thing about its sound that is not as one would expect. */
  readonly notes: readonly string[];
}

export interface CutWish {
  /** Begin and end on the very frame instead of at key frames. */
  readonly exact: boolean;
  readonly encode: Encoding;
}

/**
 * Cuts a clip as planned: copies what can be copied, encodes the rest, and joins all to one file.
 * @throws V2xError `clip-length` when the clip is not as long as planned, with the `segment` where it breaks off;
 *   `segment` naming one that cannot be read or changed meanwhile; `ffmpeg` when ffmpeg fails; the signal's reason
 *   when it is aborted
 */
export async function cutClip(plan: ClipPlan, wish: CutWish, options: CutOptions): Promise<CutResult> {
  const parts = plan.parts.filter(isJoinable);
  const begin = wish.exact ? Math.max(0, plan.wanted.from - plan.achieved.from) : 0;
  try {
    const first = wish.exact || wish.encode !== 'needed' ? undefined : parts.at(0);
    const isOpen = first !== undefined && (await opensCleanly(first, plan, options));
    const pictures = planPicture(parts, { ...wish, begin, end: plan.duration, opensCleanly: isOpen });
    const picture = await cutPicture(pictures, options);
    const bounds = { begin: picture.begin, end: plan.duration };
    const sound = await cutSound(planSound(parts, plan.gaps.length > 0), bounds, options);
    const result = { ...begunLater(plan, picture.begin), method: methodOf(pictures) };
    const shifted = <T extends { readonly shift: number }>(part: T): T => ({
      ...part,
      shift: part.shift - picture.begin,
    });
    const { joined, media } = await joinAndProbe(
      {
        ...picture,
        picture: picture.picture.map(shifted),
        sound: sound.parts.map(shifted),
        chapters: clipChapters(result.t0Offset, result.duration),
        began: result.achieved.from,
      },
      options,
    );
    assertLength(result, media.end - media.firstFrame, result.duration);
    const silences = [...sound.silences, ...joined.silences];
    const notes = [...sound.notes, ...silenceNotes(silences, gapsOf(result))];
    return { plan: result, media: { ...media, sha256: joined.sha256 }, notes };
  } finally {
    await removePieces(options.target);
  }
}

function isJoinable(part: ClipPlan['parts'][number]): part is JoinablePart {
  return part.media.tracks !== undefined;
}

function begunLater(plan: ClipPlan, by: number): ClipPlan {
  const { achieved, duration, t0Offset, parts } = plan;
  return {
    ...plan,
    achieved: { from: achieved.from + by, to: achieved.to },
    duration: duration - by,
    t0Offset: t0Offset === undefined || t0Offset < by ? undefined : t0Offset - by,
    parts: parts.map((part) => ({ ...part, shift: part.shift - by })),
  };
}

function methodOf({ spans }: PicturePlan): ClipPlan['method'] {
  const copied = spans.filter((span) => span.copied).length;
  if (copied === spans.length) return 'copy';
  return copied === 0 ? 'reencode' : 'smart';
}

/** ffprobe reads the header and the first pictures, which are there while the rest is still written. */
async function joinAndProbe(
  plan: JoinPlan,
  options: CutOptions,
): Promise<{ joined: Joined; media: CutMedia }> {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const onPercent = (percent: number) => {
    begin();
    options.onPercent?.(percent);
  };
  const joining = joinParts(plan, { ...options, onPercent }).finally(begin);
  const probing = begun.then(() => cutMedia(options.target, options));
  const [joined, media] = await allDone([joining, probing]);
  return { joined, media };
}

/** In seconds of the clip. */
function gapsOf({ gaps, achieved }: ClipPlan): TimeSpan[] {
  return gaps.map(({ from, to }) => ({ from: from - achieved.from, to: to - achieved.from }));
}

/** What was written beside the clip on the way. */
async function removePieces(target: string): Promise<void> {
  const directory = dirname(target);
  const pieces = (await readdir(directory)).filter((name) => name.startsWith(`${basename(target)}.`));
  await allDone(pieces.map((name) => rm(join(directory, name), { force: true })));
}
