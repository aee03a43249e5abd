import { joinParts } from '../join/join';
import type { ClipPlan } from '../plan/plan';
import { isLed, type JoinablePart } from '../plan/spans';
import { decodesStrictly } from './by-ffmpeg';
import type { CutOptions } from './options';
import { pathOf } from './readable';

/**
 * Whether a clip can begin with its first key frame as it is. Behind that of an open GOP pictures are left out, and in
 * some streams later ones refer to them: ffmpeg bridges that, Chromium refuses the film. So the first GOP is decoded.
 * @throws V2xError `ffmpeg` when there is none, or something killed it; the signal's reason when it is aborted
 */
export async function opensCleanly(
  part: JoinablePart,
  { duration }: Pick<ClipPlan, 'duration'>,
  options: CutOptions,
): Promise<boolean> {
  const { media, shift } = part;
  const begin = part.inpoint ?? media.firstFrame;
  if (!isLed(part, begin + shift)) return true;
  const target = `${options.target}.opening.mp4`;
  const outpoint = media.keyFrames.find((time) => time > begin) ?? Math.min(media.end, duration - shift);
  const path = pathOf(part, options);
  const { name } = part.segment;
  const picture = [{ name, path, inpoint: begin, outpoint, shift: -begin, entry: true }];
  const rest = { sound: [], chapters: [], began: 0, settingsDiffer: false };
  const { signal } = options;
  await joinParts({ picture, model: path, ...rest }, { signal, target });
  return decodesStrictly(target, options);
}
