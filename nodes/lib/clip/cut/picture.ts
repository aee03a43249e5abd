import { inspectMedia } from '../plan/inspect';
import { partsBetween, type JoinablePart, type PicturePlan, type PictureSpan } from '../plan/spans';
import { joinParts } from '../join/join';
import type { JoinPlan, PicturePart } from '../join/options';
import { encodePicture, type PictureTarget } from './by-ffmpeg';
import { assertLength } from './length';
import type { CutOptions } from './options';
import { pathOf } from './readable';
import { longestGop } from '../plan/footage';

/** The picture of a clip, ready to be joined. */
export interface CutPicture extends Pick<JoinPlan, 'picture' | 'model' | 'settingsDiffer'> {
  /** When the first picture is shown, in seconds of the plan's clip. */
  readonly begin: number;
}

const COMMON_PIXELS = { format: 'yuv420p', fullRange: false };

/**
 * Encodes the spans that cannot be copied, each into a file of its own beside the clip.
 * @throws as `cutClip`
 */
export async function cutPicture(plan: PicturePlan, options: CutOptions): Promise<CutPicture> {
  const picture: PicturePart[] = [];
  const settings = new Set<string>();
  let begin: number | undefined;
  // Copied pictures are all of the model's kind; the model itself may be in the clip as encoded pictures only.
  let model: string | undefined;
  for (const [number, span] of plan.spans.entries()) {
    const parts = partsBetween(span.parts, span);
    const [first] = parts;
    if (!first) continue;
    if (span.copied) {
      picture.push(...picturePartsOf(parts, options));
      model ??= pathOf(first, options);
      for (const { media } of parts) for (const text of media.tracks.picture.settings) settings.add(text);
      begin ??= beginOf(first);
      continue;
    }
    const target = `${options.target}.piece${number}.mp4`;
    const encoded = await encodeSpan(span, parts, plan, { ...options, target });
    picture.push({ name: first.segment.name, path: target, shift: span.from, entry: true });
    for (const text of encoded.settings) settings.add(text);
    begin ??= span.from + encoded.firstFrame;
  }
  return {
    picture,
    model: model ?? picture.at(0)?.path,
    settingsDiffer: settings.size > 1,
    begin: begin ?? 0,
  };
}

/** Decoding begins anew with the first of them, and goes on from one to the next. */
function picturePartsOf(parts: readonly JoinablePart[], options: CutOptions): PicturePart[] {
  return parts.map((part, i) => ({
    name: part.segment.name,
    path: pathOf(part, options),
    inpoint: part.inpoint,
    outpoint: part.outpoint,
    shift: part.shift,
    entry: i === 0,
  }));
}

/** ffmpeg gets one file to read, in which the times are right already. */
async function encodeSpan(
  span: PictureSpan,
  parts: readonly JoinablePart[],
  plan: PicturePlan,
  options: CutOptions,
) {
  const start = Math.min(...parts.map(beginOf));
  const source = `${options.target}.source.mp4`;
  const picture = picturePartsOf(parts, options).map((part) => ({ ...part, shift: part.shift - start }));
  const settings = new Set(parts.flatMap(({ media }) => media.tracks.picture.settings));
  const rest = { sound: [], chapters: [], began: 0, settingsDiffer: settings.size > 1 };
  const joinOptions = { signal: options.signal, target: source };
  await joinParts({ picture, model: picture.at(0)?.path, ...rest }, joinOptions);
  const { from, to } = span;
  await encodePicture(source, { from: from - start, to: to - start }, targetOf(span, plan), options);
  const media = await inspectMedia(options.target, options);
  const gop = Math.max(...parts.map(longestGop));
  assertLength({ parts, gop }, media.end, Math.min(to, endOf(parts)) - from);
  return { firstFrame: media.firstFrame, settings: media.tracks?.picture.settings ?? [] };
}

/** Beside copied pictures the encoded ones become like those; otherwise all get the largest size. */
function targetOf({ parts }: PictureSpan, { model, size }: PicturePlan): PictureTarget {
  const pixels = model?.media.tracks.picture.pixels ?? COMMON_PIXELS;
  const isAlike = model?.media.format === parts[0].media.format;
  return isAlike ? { pixels, turnUpright: false } : { pixels, turnUpright: true, size };
}

function beginOf({ media, inpoint, shift }: JoinablePart): number {
  return (inpoint ?? media.firstFrame) + shift;
}

function endOf(parts: readonly JoinablePart[]): number {
  return Math.max(...parts.map(({ media, shift }) => media.end + shift));
}
