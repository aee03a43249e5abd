import type { MediaInfo } from '../ffmpeg/probe';
import type { AudioPolicy, CameraSource } from '../camera/source';

/** Codecs that players and the clip cutter take from MP4 as they are; anything else becomes H.264. */
const COPIED_VIDEO = ['h264', 'hevc'];
/** One key frame a second, little work. */
const ENCODE_VIDEO = [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-tune',
  'zerolatency',
  '-pix_fmt',
  'yuv420p',
];
const KEY_FRAME_EACH_SECOND = ['-force_key_frames', 'expr:gte(t,n_forced)'];
/** 48 kbit/s is the most that AAC takes at the 8 kHz of G.711. */
const ENCODE_AUDIO = ['-c:a', 'aac', '-b:a', '48k'];
/**
 * Each fragment is readable by itself and is written at once, so that a crash costs at most the last second: ffmpeg
 * would keep up to 256 KiB in memory otherwise. The delayed header keeps the offset between sound and picture.
 */
const FRAGMENTED = [
  'movflags=+frag_keyframe+delay_moov+default_base_moof',
  'frag_duration=1000000',
  'flush_packets=1',
].join(':');

export interface Encoding {
  /** What the source contains; undefined for the synthetic picture, which is encoded. */
  readonly media: MediaInfo | undefined;
  readonly audio: AudioPolicy;
  readonly segmentSeconds: number;
}

/** Output options that print a line to stdout for each frame at once, before sound holds it back in the muxer. */
export const FRAME_LOG = ['-map', '0:v:0', '-c', 'copy', '-flush_packets', '1', '-f', 'framecrc'];

/**
 * Whether ffmpeg tells of a frame only when the next one begins to come: RTP carries H.264 and HEVC in pieces, and its
 * parser knows the end of a frame by the beginning of another (`need_parsing` in libavformat/rtpdec_{h264,hevc}.c).
 */
export function isHeldBack({ kind }: CameraSource, media: MediaInfo | undefined): boolean {
  return kind === 'rtsp' && COPIED_VIDEO.includes(media?.video?.codec ?? '');
}

/**
 * Output options of a recorder: segments as fragmented MP4, and a line on stdout for each that closes
 * (ffmpeg-formats, "segment" and "mov, mp4").
 */
export function recordingOptions({ media, audio, segmentSeconds }: Encoding): string[] {
  return [
    ...videoOptions(media),
    ...audioOptions(media, audio),
    ...['-f', 'segment', '-segment_time', String(segmentSeconds), '-reset_timestamps', '1'],
    // The encoder's priming would shift all time stamps against those of the frame log.
    ...['-avoid_negative_ts', 'disabled'],
    // A camera that announces sound and sends none holds the picture back by no more than a second.
    ...['-max_interleave_delta', '1000000'],
    ...['-segment_list', 'pipe:1', '-segment_list_type', 'csv', '-segment_list_size', '0'],
    ...['-segment_format', 'mp4', '-segment_format_options', FRAGMENTED],
  ];
}

function videoOptions(media: MediaInfo | undefined): string[] {
  const codec = media?.video?.codec ?? '';
  if (!COPIED_VIDEO.includes(codec)) return ['-map', '0:v:0', ...ENCODE_VIDEO, ...KEY_FRAME_EACH_SECOND];
  // Players on Apple systems and browsers know HEVC in MP4 only as hvc1.
  const tag = codec === 'hevc' ? ['-tag:v', 'hvc1'] : [];
  return ['-map', '0:v:0', '-c:v', 'copy', ...tag];
}

function audioOptions(media: MediaInfo | undefined, policy: AudioPolicy): string[] {
  const codec = media?.audio?.codec;
  if (codec === undefined || policy === 'none') return [];
  if (codec === 'aac') return ['-map', '0:a:0', '-c:a', 'copy'];
  return policy === 'aac' ? ['-map', '0:a:0', ...ENCODE_AUDIO] : [];
}
