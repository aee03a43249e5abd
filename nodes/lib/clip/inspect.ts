import type { Clock } from '../clock';
import { V2xError } from '../errors';
import { runTool } from '../ffmpeg/run';
import type { SegmentMedia } from './footage';

export interface InspectOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** A minute of video at 60 frames per second is 0.2 MB of ffprobe's lines. */
const MAX_OUTPUT_BYTES = 16 << 20;

const ENTRIES = [
  'format=start_time',
  'stream=codec_name,profile,width,height,pix_fmt,extradata_hash',
  'packet=pts_time,duration_time,flags',
].join(':');

/**
 * Finds out what a file holds by reading through its video packets, so that a file which breaks off shows how far
 * it is good. Also done to a finished clip.
 * @throws V2xError `ffmpeg` when it cannot be played at all
 */
export async function inspectMedia(path: string, options: InspectOptions): Promise<SegmentMedia> {
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
  return {
    start: Number.isFinite(start) ? start : first.time,
    firstFrame: first.time,
    lastFrame: last.time,
    end:
      last.time + (Number(last.packet.duration_time) || (last.time - first.time) / (frames.length - 1) || 0),
    keyFrames,
    format: formatOf(stream),
    width: Number(stream.width),
    height: Number(stream.height),
  };
}

/** H.264 carries changed decoder settings within the stream when ffmpeg joins files; other codecs do not. */
function formatOf({
  codec_name,
  profile,
  width,
  height,
  pix_fmt,
  extradata_hash,
}: Record<string, unknown>): string {
  const common = `${String(codec_name)} ${String(width)}x${String(height)} ${String(pix_fmt)}`;
  return codec_name === 'h264' ? common : `${common} ${String(profile)} ${String(extradata_hash)}`;
}
