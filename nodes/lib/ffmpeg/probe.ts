import type { Clock } from '../time/clock';
import { V2xError } from '../errors';
import { outputOf } from './output';

/** One stream of a file or camera, as ffprobe sees it. */
export interface StreamInfo {
  readonly index: number;
  readonly type: 'video' | 'audio' | 'other';
  /** ffmpeg's name of the codec, such as `h264`, `hevc`, `aac`, `pcm_alaw`. */
  readonly codec: string;
  /** Pixels; undefined for what is no video. */
  readonly width?: number;
  readonly height?: number;
  /** Average frames per second; undefined when unknown. */
  readonly fps?: number;
  /** Seconds; undefined when unknown. */
  readonly start?: number;
  readonly duration?: number;
  /** False if the stream is known to have no presentation times. */
  readonly timed?: boolean;
}

export interface MediaInfo {
  /** ffmpeg's names of the container format, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly format: string;
  /** Length in seconds; undefined when unknown, as of a live source. */
  readonly duration?: number;
  /** Time stamp of the first packet in seconds. */
  readonly start?: number;
  readonly streams: readonly StreamInfo[];
  /** The first video stream. */
  readonly video?: StreamInfo;
  /** The first audio stream. */
  readonly audio?: StreamInfo;
}

export interface ProbeInput {
  readonly url: string;
  /** Options before `-i`. */
  readonly options?: readonly string[];
  readonly stdin?: string;
  readonly secrets?: readonly string[];
}

interface ProbeOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const MAX_OUTPUT_BYTES = 1 << 20;

/**
 * Asks ffprobe what a file or camera contains.
 * @param input the path of a file, or a camera's input from `cameraInput`
 * @throws V2xError `ffmpeg` when it cannot be read, with ffprobe's words; also when `signal` ends it
 */
export async function probe(input: string | ProbeInput, options: ProbeOptions): Promise<MediaInfo> {
  const { url, options: words = [], ...rest } = typeof input === 'string' ? { url: `file:${input}` } : input;
  const args = ['-hide_banner', '-loglevel', 'error', '-of', 'json', '-show_format', '-show_streams'];
  const run = { ...options, ...rest };
  const report = await outputOf('ffprobe', [...args, ...words, '-i', url], MAX_OUTPUT_BYTES, run);
  return parseProbe(report.toString('utf8'));
}

/**
 * Reads ffprobe's JSON (`-of json -show_format -show_streams`).
 * @throws V2xError `ffmpeg` when it is not that
 */
export function parseProbe(json: string): MediaInfo {
  let report: unknown;
  try {
    report = JSON.parse(json);
  } catch (error) {
    throw new V2xError('ffmpeg', 'ffprobe gave no answer', {}, { cause: error });
  }
  const { format = {}, streams: list = [] } = report as { format?: Fields; streams?: Fields[] };
  const streams = list.map(streamInfo);
  return {
    format: text(format.format_name),
    streams,
    ...known({
      duration: number(format.duration),
      start: number(format.start_time),
      video: streams.find(({ type }) => type === 'video'),
      audio: streams.find(({ type }) => type === 'audio'),
    }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function streamInfo(fields: Fields): StreamInfo {
  const type = fields.codec_type;
  return {
    index: number(fields.index) ?? 0,
    type: type === 'video' || type === 'audio' ? type : 'other',
    codec: text(fields.codec_name),
    ...known({
      width: number(fields.width),
      height: number(fields.height),
      fps: ratio(fields.avg_frame_rate) ?? ratio(fields.r_frame_rate),
      start: number(fields.start_time),
      duration: number(fields.duration),
    }),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}

/** ffprobe gives most numbers as text, and `N/A` for what it does not know. */
function number(value: unknown): number | undefined {
  const result = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
  return Number.isFinite(result) ? result : undefined;
}

/** A rate such as `30000/1001`; `0/0` means unknown. */
function ratio(value: unknown): number | undefined {
  const [above = NaN, below = NaN] = String(value).split('/').map(Number);
  const result = above / below;
  return Number.isFinite(result) && result > 0 ? result : undefined;
}

type Known<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function known<T extends object>(values: T): Known<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Known<T>;
}
