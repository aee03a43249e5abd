import { writeFile } from 'node:fs/promises';
import { allDone } from '../../async/all-done';
import type { Clock } from '../../time/clock';
import { V2xError } from '../../errors';
import { findBinary, frameTimingOption } from '../../ffmpeg/binary';
import { ffmpegArguments } from '../../ffmpeg/command';
import { probe } from '../../ffmpeg/probe';
import { runFfmpeg } from '../../ffmpeg/run';
import { writeWhole } from '../../disk/files';
import { clipMetadata, concatList } from './concat-list';
import type { SegmentMedia } from '../plan/footage';
import type { InspectOptions } from '../plan/inspect';
import { joinParts } from '../join/join';
import type { ClipPlan } from '../plan/plan';

export interface CutOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where the segments are. */
  readonly segments: string;
  /** Path of the clip; ffmpeg's list is written beside it. */
  readonly target: string;
  /** Encode to H.264 of this size instead of copying. */
  readonly encode?: EncodeOptions;
  /** Called with 0 to 100 while the clip is written. */
  readonly onPercent?: (percent: number) => void;
}

export interface EncodeOptions {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Seconds of the plan's beginning that are decoded and not shown. */
  readonly skip: number;
  /** Seconds by which sound begins before the plan's first frame. */
  readonly lead: number;
  /** Copy the sound, so that it fits footage that is copied. */
  readonly keepAudio?: boolean;
}

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
 * Cuts a clip as planned.
 * @returns what the clip holds
 * @throws V2xError `clip-length` when the clip is not as long as planned, with the `segment` where it breaks off;
 *   `segment` naming one that changed meanwhile; `ffmpeg` when ffmpeg fails; the signal's reason when it is aborted
 */
export async function cutClip(plan: ClipPlan, options: CutOptions): Promise<CutMedia> {
  const joined = plan.spliceable && !options.encode;
  const media = joined ? await cutByJoining(plan, options) : await cutByTool(plan, options);
  assertLength(plan, media, plan.duration - (options.encode?.skip ?? 0));
  return media;
}

/**
 * Segments of our recorder need no ffmpeg to become one file; ffprobe tells how the result looks to others. It reads the
 * header and the first pictures, which are there while the rest is still written.
 */
async function cutByJoining(plan: ClipPlan, options: CutOptions): Promise<CutMedia> {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const onPercent = (percent: number) => {
    begin();
    options.onPercent?.(percent);
  };
  const joining = joinParts(plan, { ...options, onPercent }).finally(begin);
  const probing = begun.then(() => cutMedia(options.target, options));
  const [sha256, media] = await allDone([joining, probing]);
  return { ...media, sha256 };
}

async function cutByTool(plan: ClipPlan, options: CutOptions): Promise<CutMedia> {
  const { clock, signal, target, segments, onPercent } = options;
  const metadata = `${target}.ffmetadata`;
  await writeFile(metadata, clipMetadata(plan.achieved.from, plan.t0Offset, plan.duration));
  const list = `${target}.ffconcat`;
  await writeFile(list, concatList(segments, plan.parts));
  const args = ffmpegArguments({
    inputs: [
      { url: `file:${list}`, options: ['-f', 'concat', '-safe', '0'] },
      { url: `file:${metadata}`, options: ['-f', 'ffmetadata'] },
    ],
    outputs: [{ url: `file:${target}`, options: await outputOptions(plan, options.encode) }],
    // Otherwise ffmpeg moves all by as much as sound begins before the first frame.
    options: ['-progress', 'pipe:1', ...(options.encode ? ['-copyts'] : [])],
  });
  let words = '';
  await runFfmpeg(args, {
    clock,
    signal,
    lowPriority: true,
    onStdout: progressReader(plan.duration, onPercent),
    onStderrLine: (line) => (words = line),
  });
  signal.throwIfAborted();
  return cutMedia(target, { clock, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    // On a full disk ffmpeg ends with success; only its words tell.
    throw new V2xError(
      'ffmpeg',
      `ffmpeg did not finish ${target}: ${words}`,
      { path: target },
      { cause: error },
    );
  });
}

/** The header of the finished file tells: it was written last, of what is in the file. */
export async function cutMedia(path: string, options: InspectOptions): Promise<CutMedia> {
  const { video, start } = await probe(path, options);
  const firstFrame = video?.start ?? start;
  if (firstFrame === undefined || video?.duration === undefined) {
    throw new V2xError('ffmpeg', `ffmpeg made a clip without a picture: ${path}`, { path });
  }
  return { firstFrame, end: firstFrame + video.duration };
}

async function outputOptions(
  { format, duration }: ClipPlan,
  encode: EncodeOptions | undefined,
): Promise<string[]> {
  return [
    ...['-map', '0:v:0', '-map', '0:a:0?', '-map_metadata', '1', '-map_chapters', '1'],
    ...(encode ? await encoding(encode, duration) : ['-c', 'copy']),
    ...(format.startsWith('hevc') && !encode ? ['-tag:v', 'hvc1'] : []),
    ...['-movflags', '+faststart', '-f', 'mp4'],
  ];
}

/** The whole picture is kept, with bars where the shape differs; every frame keeps its time. */
async function encoding(
  { width, height, skip, lead, keepAudio = false }: EncodeOptions,
  duration: number,
): Promise<string[]> {
  const size = `${width}:${height}`;
  const fit = `scale=${size}:force_original_aspect_ratio=decrease,pad=${size}:(ow-iw)/2:(oh-ih)/2,setsar=1`;
  const video = ['-vf', `${fit},format=yuv420p`, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20'];
  const timing = frameTimingOption(await findBinary('ffmpeg'));
  const audio = keepAudio ? ['-c:a', 'copy'] : ['-c:a', 'aac', '-ar', '48000', '-ac', '2'];
  const span = ['-ss', (lead + skip).toFixed(6), '-t', (duration - skip).toFixed(6)];
  return [...video, timing, 'passthrough', '-enc_time_base', '-1', ...audio, ...span];
}

/** ffmpeg ends with success when it could not read on; only the length of the clip tells. */
function assertLength(plan: ClipPlan, media: CutMedia, planned: number): void {
  const reached = media.end - media.firstFrame;
  if (Math.abs(reached - planned) <= Math.min(plan.gop, LENGTH_TOLERANCE)) return;
  const segment = segmentAt(plan, reached);
  throw new V2xError(
    'clip-length',
    `The clip is ${reached.toFixed(1)} s long instead of ${planned.toFixed(1)} s; it breaks off at ${segment}`,
    { reached, planned, segment },
  );
}

/** The segment that a clip of so many seconds could not go on with. */
function segmentAt({ parts }: ClipPlan, reached: number): string {
  let end = 0;
  for (const { segment, duration } of parts) {
    end += duration;
    if (end > reached + BREAK_TOLERANCE) return segment.name;
  }
  return parts[parts.length - 1].segment.name;
}

/** Reads the lines of ffmpeg's `-progress`, such as `out_time_us=4016000`. */
function progressReader(duration: number, onPercent: CutOptions['onPercent']): (chunk: Buffer) => void {
  return (chunk) => {
    const microseconds = /out_time_us=(\d+)\s*(?!.*out_time_us)/s.exec(chunk.toString('latin1'))?.[1];
    if (microseconds === undefined || !onPercent) return;
    onPercent(Math.min(100, Math.round((Number(microseconds) / 1e6 / duration) * 100)));
  };
}

/**
 * Writes a JPEG of the frame shown at a moment of a clip, in seconds.
 * @throws V2xError `ffmpeg` when there is none; the signal's reason when it is aborted
 */
export async function takeSnapshot(
  clip: string,
  at: number,
  target: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const chunks: Buffer[] = [];
  const args = ffmpegArguments({
    inputs: [{ url: `file:${clip}`, options: ['-ss', at.toFixed(3)] }],
    // Not into the file, where half a picture would stay when ffmpeg fails.
    outputs: [
      { url: 'pipe:1', options: ['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '2', '-f', 'image2pipe'] },
    ],
  });
  await runFfmpeg(args, { clock, signal, lowPriority: true, onStdout: (chunk) => void chunks.push(chunk) });
  signal.throwIfAborted();
  if (chunks.length === 0) throw new V2xError('ffmpeg', `${clip} has no picture at ${at.toFixed(3)} s`);
  await writeWhole(target, Buffer.concat(chunks));
}
