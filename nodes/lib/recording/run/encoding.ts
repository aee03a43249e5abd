import type { MediaInfo } from '../../ffmpeg/probe';
import type { CameraSource } from '../../camera/source';
import type { SoundPlan } from './run-monitor';

/** Codecs that players and the clip cutter take from MP4 as they are; anything else becomes H.264. */
const COPIED_VIDEO = ['h264', 'hevc'];
/** Codecs of which unfinished segments can be kept as the camera sends them: those that cameras use and MP4 can hold. */
const VIDEO_ONLY = [...COPIED_VIDEO, 'mjpeg', 'mpeg4'];
/** Little work for the encoder. */
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
/** Fragments that can be read one by one. The delayed header keeps the offset between sound and video. */
export const MOV_FLAGS = '+frag_keyframe+delay_moov+default_base_moof';
/** With the two pictures that ffmpeg holds back at 10 or more a second, a crash costs no more than a second. In microseconds. */
const FRAGMENT_US = '800000';
/** Sound that does not come holds video back by no more than this, in microseconds. */
const MAX_WAIT_US = '500000';
/**
 * Each fragment is written at once, so that a crash costs at most the last second; ffmpeg would otherwise keep up to
 * 256 KiB in memory. The muxer of a segment waits for sound once more, behind the one that cuts segments.
 */
const FRAGMENTED = [
  `movflags=${MOV_FLAGS}`,
  `frag_duration=${FRAGMENT_US}`,
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
 * Output options that print a line to stdout for each frame at once, before sound can hold it back in the muxer, also for
 * frames before the first key frame (`-copyinkf`).
 */
export function frameLog(media: MediaInfo | undefined): string[] {
  // Where there are no presentation times, decoding times stand in for them (ffmpeg-bitstream-filters, "setts").
  const times = media?.video?.timed === false ? ['-bsf:v', 'setts=ts=DTS'] : [];
  const copy = ['-map', '0:v:0', '-c', 'copy', '-copyinkf', ...times];
  return [...copy, '-flush_packets', '1', '-f', 'framecrc'];
}

/** Output options that print a line to stdout for each audio packet. */
export const SOUND_LOG = [
  ...['-map', '0:a:0', '-c', 'copy', '-flush_packets', '1'],
  ...['-f', 'framehash', '-hash', 'CRC32'],
];

/**
 * What to do with a camera's sound. Many announce sound and send none; ffprobe then saw no audio packet and knows no start
 * time. An encoder or a header would wait for it for ever.
 */
export function soundPlan({ kind, audio: policy }: CameraSource, media: MediaInfo | undefined): SoundPlan {
  const sound = media?.audio;
  if (!sound || policy === 'none' || (policy === 'copy' && sound.codec !== 'aac')) return 'none';
  return kind === 'rtsp' && sound.start === undefined ? 'awaited' : 'recorded';
}

/**
 * Whether the video is also written alone, as the camera sends it, until its segment has closed: where sound stops, the
 * file with sound has no header, and with an encoder no packets, until the segment closes.
 */
export function needsVideoOnly(
  { kind }: CameraSource,
  media: MediaInfo | undefined,
  sound: SoundPlan,
): boolean {
  return kind === 'rtsp' && sound === 'recorded' && VIDEO_ONLY.includes(media?.video?.codec ?? '');
}

/**
 * Whether ffmpeg logs a frame only when the next one begins to arrive: RTP carries H.264 and HEVC in pieces, and its parser
 * recognises the end of a frame by the beginning of another (`need_parsing` in libavformat/rtpdec_{h264,hevc}.c).
 */
export function isHeldBack({ kind }: CameraSource, media: MediaInfo | undefined): boolean {
  return kind === 'rtsp' && COPIED_VIDEO.includes(media?.video?.codec ?? '');
}

/**
 * Seconds between a first picture without time stamp and the second one: enough to recognise it, and to leave room for
 * pictures that are shown before the second one.
 *
 * ffmpeg's parser loses the time stamp of the first packet of RTP, whose file position is -1 (`ff_fetch_timestamp` in
 * libavcodec/parser.c). ffmpeg then takes the second picture for the start, guesses decoding times from there, and moves
 * pictures that are shown before it.
 */
const GUESSED_LEAD_SECONDS = 2;
/** ffmpeg 5: from here on the first picture can be given its time afterwards (`setts`). */
const AVFORMAT_5 = 59;

/** Seconds before the second picture to which a first one without time stamp is to be put; 0 where it has one. */
export function guessedLead(source: CameraSource, media: MediaInfo | undefined, avformat: number): number {
  return isHeldBack(source, media) && avformat >= AVFORMAT_5 ? GUESSED_LEAD_SECONDS : 0;
}

/**
 * Whether ffmpeg guessed the time of a run's first picture: only the lead puts one far before 0.
 * @param time in seconds of the run; undefined when unknown
 */
export function isGuessedTime(time: number | undefined): boolean {
  return (time ?? -Infinity) < -GUESSED_LEAD_SECONDS / 2;
}

/**
 * Output options of a recorder: segments as fragmented MP4, and a line on stdout for each that closes (ffmpeg-formats,
 * "segment" and "mov, mp4").
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

/** Output options for the video alone, unchanged and cut as the segments are. */
export function videoOnlyOptions({ media, segmentSeconds }: Encoding): string[] {
  return ['-map', '0:v:0', ...copyOptions(media?.video?.codec), ...segmentOptions(segmentSeconds)];
}

/** Encoder options for a segment's video: copied where players can play it, H.264 otherwise. */
export function videoCodecOptions(codec: string | undefined): string[] {
  return COPIED_VIDEO.includes(codec ?? '')
    ? copyOptions(codec)
    : [...ENCODE_VIDEO, ...KEY_FRAME_EACH_SECOND];
}

/** Players on Apple systems and browsers know HEVC in MP4 only as hvc1. */
function copyOptions(codec: string | undefined): string[] {
  return ['-c:v', 'copy', ...(codec === 'hevc' ? ['-tag:v', 'hvc1'] : [])];
}

function segmentOptions(seconds: number): string[] {
  return [
    ...['-f', 'segment', '-segment_time', String(seconds), '-reset_timestamps', '1'],
    // The encoder's priming would shift all time stamps against those of the frame log.
    ...['-avoid_negative_ts', 'disabled'],
    ...['-segment_format', 'mp4', '-segment_format_options', FRAGMENTED],
  ];
}

/** What has no times cannot be copied. */
function videoOptions(media: MediaInfo | undefined): string[] {
  const { codec, timed } = media?.video ?? {};
  return ['-map', '0:v:0', ...videoCodecOptions(timed === false ? undefined : codec)];
}

function audioOptions(media: MediaInfo | undefined): string[] {
  return ['-map', '0:a:0', ...(media?.audio?.codec === 'aac' ? ['-c:a', 'copy'] : ENCODE_AUDIO)];
}
