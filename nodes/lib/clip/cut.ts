import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock';
import { codeOf, V2xError } from '../errors';
import { ffmpegArguments } from '../ffmpeg/command';
import { runFfmpeg } from '../ffmpeg/run';
import { clipMetadata, concatList } from './concat-list';
import type { SegmentMedia } from './footage';
import { inspectMedia } from './inspect';
import type { ClipPlan } from './plan';

export interface CutOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where the segments are. */
  readonly segments: string;
  /** Where the clip and ffmpeg's list are written. */
  readonly work: string;
  /** Called with 0 to 100 while ffmpeg writes. */
  readonly onPercent?: (percent: number) => void;
}

/** Timestamps in files are rounded; a clip is not refused for that. */
const ROUNDING = 0.1;

/**
 * Cuts a clip as planned into `clip.mp4` of the work directory and makes it durable.
 * @returns what the clip holds
 * @throws V2xError `clip-length` with `reached` (seconds) when the clip is not as long as planned, within a GOP;
 *   `ffmpeg` when ffmpeg fails; the signal's reason when it is aborted
 */
export async function cutClip(plan: ClipPlan, options: CutOptions): Promise<SegmentMedia> {
  const { clock, signal, work, onPercent } = options;
  const list = join(work, 'segments.ffconcat');
  const metadata = join(work, 'metadata.txt');
  const clip = join(work, 'clip.mp4');
  await writeFile(list, concatList(options.segments, plan.parts));
  await writeFile(metadata, clipMetadata(plan.achieved.from, plan.t0Offset, plan.duration));
  const args = ffmpegArguments({
    inputs: [
      { url: `file:${list}`, options: ['-f', 'concat', '-safe', '0'] },
      { url: `file:${metadata}`, options: ['-f', 'ffmetadata'] },
    ],
    outputs: [{ url: `file:${clip}`, options: outputOptions(plan) }],
    options: ['-progress', 'pipe:1'],
  });
  await runFfmpeg(args, {
    clock,
    signal,
    lowPriority: true,
    onStdout: progressReader(plan.duration, onPercent),
  });
  signal.throwIfAborted();
  const media = await inspectMedia(clip, { clock, signal });
  assertLength(plan, media);
  await syncFile(clip);
  return media;
}

function outputOptions({ format, method }: ClipPlan): string[] {
  const hevc = format.startsWith('hevc');
  const codec =
    method === 'copy' ? ['-c', 'copy'] : ['-c:v', 'libx264', '-preset', 'veryfast', '-c:a', 'aac'];
  return [
    ...['-map', '0:v:0', '-map', '0:a:0?', '-map_metadata', '1', '-map_chapters', '1', ...codec],
    ...(hevc && method === 'copy' ? ['-tag:v', 'hvc1'] : []),
    ...['-movflags', '+faststart', '-f', 'mp4'],
  ];
}

/** ffmpeg ends with success when it could not read on; only the length of the clip tells. */
function assertLength(plan: ClipPlan, media: SegmentMedia): void {
  const reached = media.end - media.firstFrame;
  if (Math.abs(reached - plan.duration) <= plan.gop + ROUNDING) return;
  throw new V2xError(
    'clip-length',
    `The clip is ${reached.toFixed(1)} s long instead of ${plan.duration.toFixed(1)} s`,
    { reached, planned: plan.duration },
  );
}

/** Where a clip broke off, in seconds, when that is what an error says. */
export function brokeOffAt(error: unknown): number | undefined {
  if (codeOf(error) !== 'clip-length' || !(error instanceof V2xError)) return undefined;
  return Number(error.details.reached);
}

/** Reads the lines of ffmpeg's `-progress`, such as `out_time_us=4016000`. */
function progressReader(duration: number, onPercent: CutOptions['onPercent']): (chunk: Buffer) => void {
  return (chunk) => {
    const microseconds = /out_time_us=(\d+)\s*(?!.*out_time_us)/s.exec(chunk.toString('latin1'))?.[1];
    if (microseconds === undefined || !onPercent) return;
    onPercent(Math.min(100, Math.round((Number(microseconds) / 1e6 / duration) * 100)));
  };
}

/** Writes a JPEG of the frame shown at a moment of a clip, in seconds. */
export async function takeSnapshot(
  clip: string,
  at: number,
  target: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const args = ffmpegArguments({
    inputs: [{ url: `file:${clip}`, options: ['-ss', at.toFixed(3)] }],
    outputs: [
      { url: `file:${target}`, options: ['-frames:v', '1', '-q:v', '2', '-f', 'image2', '-update', '1'] },
    ],
  });
  await runFfmpeg(args, { clock, signal, lowPriority: true });
  signal.throwIfAborted();
  await syncFile(target);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
