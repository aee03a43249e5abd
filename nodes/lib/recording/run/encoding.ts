import type { MediaInfo } from '../../ffmpeg/probe';
import type { CameraSource } from '../../camera/source';
import type { SoundPlan } from './run-monitor';

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
/** Fragments that are readable by themselves. The delayed header keeps the offset between sound and picture. */
export const MOV_FLAGS = '+frag_keyframe+delay_moov+default_base_moof';
/** Sound that does not come holds the picture back by no more than this, in microseconds. */
const MAX_WAIT_US = '500000';
/**
 * Each fragment is written at once, so that a crash costs at most the last second: ffmpeg would keep up to 256 KiB in
 * memory otherwise. The muxer of a segment waits for sound once more behind the one that cuts segments.
 */
const FRAGMENTED = [
  `movflags=${MOV_FLAGS}`,
  'frag_duration=1000000',
  'flush_packets=1',
  `max_interleave_delta=${MAX_WAIT_US}`,
].join(':');

export interface Encoding {
  /** What the source contains; undefined for the synthetic picture, which is encoded. */
  readonly media: MediaInfo | undefined;
  /** Whether sound goes into the segments. */
  readonly withSound: boolean;
  readonly segmentSeconds: number;
}

/**
 * Output options that print a line to stdout for each frame at once, before sound holds it back in the muxer; those too
 * that come before the first key frame (`-copyinkf`).
 */
export function frameLog(media: MediaInfo | undefined): string[] {
  // The time of decoding stands in for that of showing where there is none (ffmpeg-bitstream-filters, "setts").
  const times = media?.video?.timed === false ? ['-bsf:v', 'setts=ts=DTS'] : [];
  const copy = ['-map', '0:v:0', '-c', 'copy', '-copyinkf', ...times];
  return [...copy, '-flush_packets', '1', '-f', 'framecrc'];
}

/** Output options that print a line to stdout for each packet of sound. */
export const SOUND_LOG = [
  ...['-map', '0:a:0', '-c', 'copy', '-flush_packets', '1'],
  ...['-f', 'framehash', '-hash', 'CRC32'],
];

/**
 * What to do with a camera's sound. Many announce sound and send none: no packet of it came while ffprobe looked then, so
 * that ffprobe knows no start of it. What an encoder or a header waits for would never be written.
 */
export function soundPlan({ kind, audio: policy }: CameraSource, media: MediaInfo | undefined): SoundPlan {
  const sound = media?.audio;
  if (!sound || policy === 'none' || (policy === 'copy' && sound.codec !== 'aac')) return 'none';
  return kind === 'rtsp' && sound.start === undefined ? 'awaited' : 'recorded';
}

/**
 * Whether the picture is written a second time, alone, until its segment has closed: sound may stop in the middle, and
 * the file with sound has no header before sound has come. What is encoded is not encoded twice.
 */
export function needsVideoOnly(
  { kind }: CameraSource,
  media: MediaInfo | undefined,
  sound: SoundPlan,
): boolean {
  return kind === 'rtsp' && sound === 'recorded' && isCopied(media);
}

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
export function recordingOptions({ media, withSound, segmentSeconds }: Encoding): string[] {
  return [
    ...videoOptions(media),
    ...(withSound ? audioOptions(media) : []),
    ...segmentOptions(segmentSeconds),
    ...['-max_interleave_delta', MAX_WAIT_US],
    ...['-segment_list', 'pipe:1', '-segment_list_type', 'csv', '-segment_list_size', '0'],
  ];
}

/** Output options for the picture alone, cut as the segments are. */
export function videoOnlyOptions({ media, segmentSeconds }: Encoding): string[] {
  return [...videoOptions(media), ...segmentOptions(segmentSeconds)];
}

function segmentOptions(seconds: number): string[] {
  return [
    ...['-f', 'segment', '-segment_time', String(seconds), '-reset_timestamps', '1'],
    // The encoder's priming would shift all time stamps against those of the frame log.
    ...['-avoid_negative_ts', 'disabled'],
    ...['-segment_format', 'mp4', '-segment_format_options', FRAGMENTED],
  ];
}

function isCopied(media: MediaInfo | undefined): boolean {
  return COPIED_VIDEO.includes(media?.video?.codec ?? '') && media?.video?.timed !== false;
}

function videoOptions(media: MediaInfo | undefined): string[] {
  const codec = media?.video?.codec ?? '';
  if (!isCopied(media)) return ['-map', '0:v:0', ...ENCODE_VIDEO, ...KEY_FRAME_EACH_SECOND];
  // Players on Apple systems and browsers know HEVC in MP4 only as hvc1.
  const tag = codec === 'hevc' ? ['-tag:v', 'hvc1'] : [];
  return ['-map', '0:v:0', '-c:v', 'copy', ...tag];
}

function audioOptions(media: MediaInfo | undefined): string[] {
  return ['-map', '0:a:0', ...(media?.audio?.codec === 'aac' ? ['-c:a', 'copy'] : ENCODE_AUDIO)];
}
