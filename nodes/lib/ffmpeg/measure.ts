import type { Clock } from '../time/clock';
import type { ProbeInput } from './probe';
import { runTool } from './run';
import { LineSplitter } from './stderr';

/** What only the packets of a stream show, not its header. */
export interface StreamMeasure {
  /** How long was looked, seconds of the stream. */
  readonly seconds: number;
  /** Of picture and sound together. */
  readonly bytesPerSecond: number;
  /** The longest time between key frames, in seconds; with a single one, at least the seconds that were measured. */
  readonly gop: number;
}

interface MeasureOptions {
  readonly clock: Clock;
  /** How much of the stream to look at. */
  readonly seconds: number;
  readonly signal?: AbortSignal;
}

interface Packet {
  readonly time: number;
  readonly bytes: number;
  readonly key: boolean;
}

/**
 * Reads the packets of a file or camera and measures key frames and bit rate.
 * @param input the path of a file, or a camera's input from `cameraInput`
 * @returns undefined when too little came to measure anything
 * @throws V2xError `ffmpeg` when it cannot be read, with ffprobe's words
 */
export async function measureStream(
  input: string | ProbeInput,
  { seconds, ...options }: MeasureOptions,
): Promise<StreamMeasure | undefined> {
  const { url, options: words = [], ...rest } = typeof input === 'string' ? { url: `file:${input}` } : input;
  const video: Packet[] = [];
  let bytes = 0;
  const lines = new LineSplitter((line) => {
    const packet = parsePacket(line);
    if (!packet) return;
    bytes += packet.bytes;
    if (packet.isVideo) video.push(packet);
  });
  const show = ['-of', 'csv=p=0', '-show_entries', 'packet=codec_type,pts_time,size,flags'];
  const read = ['-read_intervals', `%+${seconds}`];
  await runTool('ffprobe', ['-hide_banner', '-loglevel', 'error', ...show, ...read, ...words, '-i', url], {
    ...options,
    ...rest,
    onStdout(chunk) {
      lines.push(chunk.toString('latin1'));
    },
  });
  return summarize(video, bytes);
}

/** A line of ffprobe's packet list; a stream's first packet may come without time, as `N/A`. */
function parsePacket(line: string): (Packet & { readonly isVideo: boolean }) | undefined {
  const [type, time, bytes, flags] = line.split(',') as (string | undefined)[];
  if (flags === undefined) return undefined;
  return { isVideo: type === 'video', time: Number(time), bytes: Number(bytes), key: flags.startsWith('K') };
}

/** @param bytes of all packets, those without picture too */
function summarize(video: readonly Packet[], bytes: number): StreamMeasure | undefined {
  const times = video.map(({ time }) => time).filter(Number.isFinite);
  const [start, end] = [Math.min(...times), Math.max(...times)];
  const seconds = end - start;
  if (!(seconds > 0)) return undefined;
  const keys = video.filter(({ key }) => key).map(({ time }) => (Number.isFinite(time) ? time : start));
  const gaps = keys.slice(1).map((time, index) => time - (keys[index] ?? time));
  const gop = gaps.length > 0 ? Math.max(...gaps) : seconds;
  return { seconds, bytesPerSecond: bytes / seconds, gop };
}
