import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../../time/clock';
import { V2xError } from '../../errors';
import { runTool } from '../../ffmpeg/run';
import type { SegmentMedia } from './footage';
import { formatText } from './format';
import { mediaOfFragments } from './fragment-media';
import { parseFragmented } from '../mp4/fragmented';

export interface InspectOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** A minute of video at 60 frames per second is 0.2 MB of ffprobe's lines. */
const MAX_OUTPUT_BYTES = 16 << 20;

const ENTRIES = [
  'format=start_time',
  'stream=codec_name,width,height,extradata_hash',
  'packet=pts_time,duration_time,flags',
].join(':');

/** A segment larger than this is not read into memory. */
const MAX_READ_BYTES = 64 << 20;

/**
 * Finds out what a file holds, down to its single frames, so that a file which breaks off shows how far it is good.
 * Whole segments of our recorder are read here; ffprobe looks at all others.
 * @throws V2xError `ffmpeg` when it cannot be played at all; the system's error when it cannot be read
 */
export async function inspectMedia(path: string, options: InspectOptions): Promise<SegmentMedia> {
  const { size } = await stat(path);
  const file = size <= MAX_READ_BYTES ? parseFragmented(await readFile(path)) : undefined;
  return (file && mediaOfFragments(file)) ?? inspectByTool(path, options);
}

/**
 * As `inspectMedia`, by ffprobe.
 * @throws V2xError `ffmpeg` when it cannot be played at all
 */
export async function inspectByTool(path: string, options: InspectOptions): Promise<SegmentMedia> {
  const chunks: Buffer[] = [];
  let size = 0;
  const args = ['-v', 'error', '-of', 'json', '-select_streams', 'v:0', '-show_data_hash', 'md5'];
  await runTool('ffprobe', [...args, '-show_entries', ENTRIES, '-i', `file:${path}`], {
    ...options,
    lowPriority: true,
    onStdout(chunk) {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES)
        throw new V2xError('ffmpeg', `${path} holds more frames than a segment can`);
      chunks.push(chunk);
    },
  });
  options.signal?.throwIfAborted();
  return toMedia(Buffer.concat(chunks).toString('utf8'), path);
}

interface Report {
  readonly format?: { readonly start_time?: string };
  readonly streams?: readonly Readonly<Record<string, string | number>>[];
  readonly packets?: readonly Packet[];
}

interface Packet {
  readonly pts_time?: string;
  readonly duration_time?: string;
  readonly flags?: string;
}

/** Reads ffprobe's JSON; packets come in the order of decoding, times are needed in the order of showing. */
function toMedia(json: string, path: string): SegmentMedia {
  const { format, streams, packets = [] } = JSON.parse(json) as Report;
  const frames = packets
    .map((packet) => ({ time: Number(packet.pts_time), packet }))
    .filter(({ time }) => Number.isFinite(time))
    .sort((a, b) => a.time - b.time);
  const keyFrames = frames.filter(({ packet }) => packet.flags?.startsWith('K')).map(({ time }) => time);
  const first = frames.at(0);
  const last = frames.at(-1);
  if (!first || !last || keyFrames.length === 0) {
    throw new V2xError('ffmpeg', `${path} holds no video that can be played`, { path });
  }
  const start = Number(format?.start_time);
  const stream = streams?.at(0) ?? {};
  const size = { width: Number(stream.width), height: Number(stream.height) };
  return {
    start: Number.isFinite(start) ? start : first.time,
    firstFrame: first.time,
    lastFrame: last.time,
    end:
      last.time + (Number(last.packet.duration_time) || (last.time - first.time) / (frames.length - 1) || 0),
    keyFrames,
    format: formatText({ codec: String(stream.codec_name), decoder: String(stream.extradata_hash), ...size }),
    ...size,
  };
}
