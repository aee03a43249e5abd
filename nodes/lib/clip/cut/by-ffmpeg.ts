import { writeFile } from 'node:fs/promises';
import { findBinary, frameTimingOption } from '../../ffmpeg/binary';
import { ffmpegArguments, type CommandPlan } from '../../ffmpeg/command';
import { isRefusal, runFfmpeg } from '../../ffmpeg/run';
import type { TimeSpan } from '../plan/footage';
import type { CutOptions } from './options';

/** What pictures are encoded to. */
export interface PictureTarget {
  /** In pixels; undefined: as they are. */
  readonly size?: { readonly width: number; readonly height: number };
  /** ffmpeg's name of the pixel format, and whether black is 0 instead of 16. */
  readonly pixels: { readonly format: string; readonly fullRange: boolean };
  /** Turn pictures upright as their file says, rather than keep them as they are stored. */
  readonly turnUpright: boolean;
}

/** A frame at the very beginning or end counts by its time, whatever is lost by rounding; in seconds. */
const ROUNDING = 0.001;
/** AAC takes no more than 6 bits a sample; this is enough for speech and engines. */
const BITS_PER_SOUND_SAMPLE = 4;
const MAX_SOUND_RATE = 128_000;

/**
 * Encodes the pictures of a file to H.264, each frame at its time, without B-frames, so that they fit before and after
 * copied ones.
 * @param span which pictures, in seconds of the file; the result begins with 0 there
 * @throws V2xError `ffmpeg` when it fails; the signal's reason when it is aborted
 */
export async function encodePicture(
  source: string,
  span: TimeSpan,
  { size, pixels, turnUpright }: PictureTarget,
  options: CutOptions,
): Promise<void> {
  const { format, fullRange } = pixels;
  const [from, to] = [span.from - ROUNDING, span.to - ROUNDING].map((time) => time.toFixed(6));
  const trim = `trim=start=${from}:end=${to},setpts=PTS-${span.from.toFixed(6)}/TB`;
  const range = fullRange ? 'full' : 'limited';
  const name = fullRange ? format.replace(/^yuv(\d+p)$/, 'yuvj$1') : format;
  const fit = size ? [`scale='iw*max(1,sar)':'ih*max(1,1/sar)',setsar=1`, fitted(size, range)] : [];
  const timing = frameTimingOption(await findBinary('ffmpeg'));
  await run(options, span.to - span.from, {
    inputs: [{ url: `file:${source}`, options: turnUpright ? [] : ['-noautorotate'] }],
    outputs: [
      {
        url: `file:${options.target}`,
        options: [
          ...['-map', '0:v:0', '-an', '-vf', [trim, ...fit, `format=${name}`].join(',')],
          ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-bf', '0'],
          ...['-color_range', fullRange ? 'pc' : 'tv', timing, 'passthrough', '-enc_time_base', '-1'],
          ...['-f', 'mp4'],
        ],
      },
    ],
  });
}

/** The whole picture is kept, with bars where the shape differs. */
function fitted({ width, height }: { width: number; height: number }, range: string): string {
  const size = `${width}:${height}`;
  return `scale=${size}:force_original_aspect_ratio=decrease:out_range=${range},pad=${size}:(ow-iw)/2:(oh-ih)/2,setsar=1`;
}

/** A stretch of sound: a file, or silence. */
export interface SoundSource {
  readonly path: string | undefined;
  /** Seconds. */
  readonly duration: number;
}

/**
 * Encodes sound of several kinds, one stretch behind the other, to one AAC track.
 * @throws V2xError `ffmpeg` when it fails; the signal's reason when it is aborted
 */
export async function encodeSound(
  sources: readonly SoundSource[],
  { rate, channels }: { readonly rate: number; readonly channels: number },
  options: CutOptions,
): Promise<void> {
  const files = sources.filter(({ path }) => path !== undefined);
  const layout = channels > 1 ? 'stereo' : 'mono';
  const format = `aformat=sample_rates=${rate}:channel_layouts=${layout}`;
  const stretches = sources.map(({ path, duration }, i) => {
    const end = duration.toFixed(6);
    const silence = `anullsrc=r=${rate}:cl=${layout}`;
    const input = `[${files.findIndex((file) => file.path === path)}:a:0]`;
    const sound = `${input}aresample=${rate}:async=1:first_pts=0,${format},apad`;
    return `${path === undefined ? silence : sound},atrim=end=${end},asetpts=N/SR/TB[s${i}]`;
  });
  const all = sources.map((_source, i) => `[s${i}]`).join('');
  const duration = sources.reduce((sum, source) => sum + source.duration, 0);
  const bits = Math.min(MAX_SOUND_RATE, BITS_PER_SOUND_SAMPLE * rate * channels);
  const graph = `${options.target}.filter`;
  await writeFile(graph, `${stretches.join(';\n')};\n${all}concat=n=${sources.length}:v=0:a=1[out]\n`);
  await run(options, duration, {
    inputs: files.map(({ path }) => ({ url: `file:${path}` })),
    options: ['-filter_complex_script', graph],
    outputs: [
      {
        url: `file:${options.target}`,
        options: ['-map', '[out]', '-c:a', 'aac', '-b:a', String(bits), '-f', 'mp4'],
      },
    ],
  });
}

/**
 * Makes plain MP4 with simple timing of what only ffmpeg can read, without encoding.
 * @throws V2xError `ffmpeg` when it fails; the signal's reason when it is aborted
 */
export async function remux(source: string, options: CutOptions): Promise<void> {
  const copy = ['-map', '0:v:0', '-map', '0:a:0?', '-c', 'copy', '-f', 'mp4'];
  await run(options, 0, {
    inputs: [{ url: `file:${source}` }],
    outputs: [{ url: `file:${options.target}`, options: copy }],
  });
}

/**
 * Whether the pictures of a file decode without any complaint, as browsers demand it: Chromium stops at the first one.
 * @throws V2xError `ffmpeg` when there is none, or something killed it; the signal's reason when it is aborted
 */
export async function decodesStrictly(source: string, options: CutOptions): Promise<boolean> {
  const strict = ['-err_detect', 'explode'];
  try {
    await run({ ...options, onPercent: () => undefined }, 0, {
      inputs: [{ url: `file:${source}`, options: strict }],
      options: ['-xerror'],
      outputs: [{ url: '-', options: ['-map', '0:v:0', '-f', 'null'] }],
    });
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

async function run(
  { clock, signal, onPercent }: CutOptions,
  duration: number,
  plan: CommandPlan,
): Promise<void> {
  const options = ['-progress', 'pipe:1', ...(plan.options ?? [])];
  await runFfmpeg(ffmpegArguments({ ...plan, options }), {
    clock,
    signal,
    lowPriority: true,
    onStdout: progressReader(duration, onPercent),
  });
  signal.throwIfAborted();
}

/** Reads the lines of ffmpeg's `-progress`, such as `out_time_us=4016000`. */
function progressReader(duration: number, onPercent: CutOptions['onPercent']): (chunk: Buffer) => void {
  return (chunk) => {
    const microseconds = /out_time_us=(\d+)\s*(?!.*out_time_us)/s.exec(chunk.toString('latin1'))?.[1];
    if (microseconds === undefined || !onPercent || duration <= 0) return;
    onPercent(Math.min(100, Math.round((Number(microseconds) / 1e6 / duration) * 100)));
  };
}
