import type { Clock } from '../../time/clock';
import { V2xError } from '../../errors';
import { outputOf } from '../../ffmpeg/output';
import { HeadFile } from '../mp4/head-file';
import { parseMedia } from '../mp4/media-file';
import type { SegmentMedia } from './footage';
import { segmentMedia } from './segment-media';

export interface InspectOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** A minute of video at 60 frames per second is 0.2 MB of ffprobe's lines. */
const MAX_OUTPUT_BYTES = 16 << 20;

const ENTRIES = [
  'format=start_time',
  'stream=codec_name,width,height',
  'packet=pts_time,duration_time,flags',
].join(':');

/**
 * Finds out what a file holds, down to its single frames, so that a file which breaks off shows how far it is good.
 * Of MP4 as recorders write it only the heads are read; ffprobe looks at all others.
 * @throws V2xError `ffmpeg` when it cannot be played at all; the system's error when it cannot be read
 */
export async function inspectMedia(path: string, options: InspectOptions): Promise<SegmentMedia> {
  return (await inspectHeads(path)) ?? inspectByTool(path, options);
}

async function inspectHeads(path: string): Promise<SegmentMedia | undefined> {
  return HeadFile.with(path, async (source) => {
    try {
      const file = parseMedia(await source.heads());
      return file && (await segmentMedia(file, source));
    } catch (error) {
      // It is no MP4 file, or the decoder settings are not whole.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  });
}

/**
 * As `inspectMedia`, by ffprobe.
 * @throws V2xError `ffmpeg` when it cannot be played at all
 */
export async function inspectByTool(path: string, options: InspectOptions): Promise<SegmentMedia> {
  const args = ['-v', 'error', '-of', 'json', '-select_streams', 'v:0', '-show_entries', ENTRIES];
  const run = { ...options, lowPriority: true };
  const report = await outputOf('ffprobe', [...args, '-i', `file:${path}`], MAX_OUTPUT_BYTES, run);
  options.signal?.throwIfAborted();
  return toMedia(report.toString('utf8'), path);
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
    throw new V2xError('ffmpeg', `${path} has no playable video`, { path });
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
    format: `${stream.codec_name} ${size.width}x${size.height}`,
    ...size,
  };
}
