import { V2xError } from '../../errors';
import { probe } from '../../ffmpeg/probe';
import type { SegmentMedia } from '../plan/footage';
import type { InspectOptions } from '../plan/inspect';
import type { ClipPlan } from '../plan/plan';

/** Where a plan and the clip may differ, in seconds: frames are not endlessly short, but a GOP is the most. */
const LENGTH_TOLERANCE = 1;
/** Seconds by which a clip that broke off between two segments may seem to end before the second. */
const BREAK_TOLERANCE = 0.1;

/** What a clip's file really holds; seconds on the file's own timeline. */
export interface CutMedia extends Pick<SegmentMedia, 'firstFrame' | 'end'> {
  /** Of the whole file in hexadecimal, where it is known already. */
  readonly sha256?: string;
}

/**
 * Asks ffprobe how long a file is, since what we wrote should not be checked by what wrote it.
 * @throws V2xError `ffmpeg` when it holds no picture
 */
export async function cutMedia(path: string, options: InspectOptions): Promise<CutMedia> {
  const { video, start } = await probe(path, options);
  const firstFrame = video?.start ?? start;
  if (firstFrame === undefined || video?.duration === undefined) {
    throw new V2xError('ffmpeg', `ffmpeg made a clip without a picture: ${path}`, { path });
  }
  return { firstFrame, end: firstFrame + video.duration };
}

/**
 * @throws V2xError `clip-length` when the clip is not as long as planned, with the `segment` where it breaks off
 */
export function assertLength(plan: Pick<ClipPlan, 'parts' | 'gop'>, reached: number, planned: number): void {
  if (Math.abs(reached - planned) <= Math.min(plan.gop, LENGTH_TOLERANCE)) return;
  const segment = segmentAt(plan, reached);
  throw new V2xError(
    'clip-length',
    `The clip is ${reached.toFixed(1)} s long instead of ${planned.toFixed(1)} s; it ends at ${segment}`,
    { reached, planned, segment },
  );
}

/** The segment that a clip of this length could not go on with. */
function segmentAt({ parts }: Pick<ClipPlan, 'parts'>, reached: number): string {
  const next = parts.find(({ media, shift }) => media.end + shift > reached + BREAK_TOLERANCE);
  return (next ?? parts.at(-1))?.segment.name ?? 'its begin';
}
