import type { Input } from '../ffmpeg/command';
import { addressFor, type CameraSource } from './source';
import { percentDecode } from './url';

/** How ffmpeg and ffprobe open a camera; goes into `ffmpegArguments` and `probe`. */
export interface CameraInput extends Required<Input> {
  /** Text for stdin. */
  readonly stdin?: string;
  /** What must not be shown of it. */
  readonly secrets: readonly string[];
}

interface InputOptions {
  /** Major version of libavformat of the ffmpeg at hand, see `findBinary`. */
  readonly avformat: number;
  /** Open the camera's second, smaller stream if it has one. */
  readonly detection?: boolean;
  /** For ffprobe: without the options of playing, which only ffmpeg has. */
  readonly forProbe?: boolean;
  /** Burn the time into the synthetic picture; see `canDrawText`. */
  readonly drawText?: boolean;
}

/** ffmpeg 5: from here on RTSP's read timeout is called `timeout`, and an ffconcat list takes options. */
const AVFORMAT_5 = 59;
/** A camera that sends nothing for so long is taken for dead. */
const READ_TIMEOUT_US = 5_000_000;
/** Protocols an RTSP stream may use; the list itself comes through the pipe. */
const RTSP_PROTOCOLS = 'pipe,rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto';

/**
 * Wishes: the driver takes what is nearest to them, and ffmpeg the first format that the device has (ffmpeg-devices,
 * "video4linux2"). The frames keep the kernel's monotonic time stamps, which no step of the wall clock moves.
 */
const V4L2_OPTIONS = ['-f', 'v4l2', '-framerate', '15', '-video_size', '1280x720'];

/** Size and rate of the synthetic picture: enough to see, little to encode. */
const SYNTHETIC = { size: '640x360', rate: 15 };

/** Options, URL and stdin with which ffmpeg opens a source. */
export function cameraInput(source: CameraSource, options: InputOptions): CameraInput {
  const address = addressFor(source, options.detection ?? false);
  // In real time, for ever.
  const playing = options.forProbe ? [] : ['-re', '-stream_loop', '-1'];
  switch (source.kind) {
    case 'rtsp':
      return rtspInput(address, source, options.avformat);
    case 'v4l2':
      return { url: address, options: V4L2_OPTIONS, secrets: [] };
    case 'file':
      // Only local files: a playlist must not reach into the network.
      return { url: `file:${address}`, options: ['-protocol_whitelist', 'file', ...playing], secrets: [] };
    case 'synthetic':
      return { url: syntheticGraph(options.drawText ?? false), options: ['-re', '-f', 'lavfi'], secrets: [] };
  }
}

/**
 * The URL goes through stdin as an ffconcat list of one entry (ffmpeg-formats, "concat"), because arguments can be
 * read by every user of the machine, and the URL holds the password.
 */
function rtspInput(address: string, { user, password }: CameraSource, avformat: number): CameraInput {
  const withUser = new URL(address);
  withUser.username = encodeURIComponent(user ?? '');
  withUser.password = encodeURIComponent(password ?? '');
  const lines = ['ffconcat version 1.0'];
  if (avformat >= AVFORMAT_5) {
    lines.push(
      `file ${quote(withUser.href)}`,
      // TCP loses nothing. A camera that refuses it (461, RFC 2326, 11.3.27) is asked for UDP in the same connection.
      'option rtsp_transport tcp+udp',
      'option rtsp_flags prefer_tcp',
      `option timeout ${READ_TIMEOUT_US}`,
    );
  } else {
    lines.push(`file ${quote(`${withUser.href}${withUser.search === '' ? '?' : '&'}tcp`)}`);
  }
  return {
    url: 'pipe:0',
    options: ['-protocol_whitelist', RTSP_PROTOCOLS, '-f', 'concat', '-safe', '0'],
    stdin: `${lines.join('\n')}\n`,
    secrets: [...(password === undefined ? [] : [password]), ...secretsIn(address)],
  };
}

/** Some cameras take user and password in the path or query: `/user=admin_password=..._channel=1`. */
function secretsIn(address: string): string[] {
  const { pathname, search } = new URL(address);
  const rest = `${pathname}${search}`;
  return /[=&]/.test(rest) ? [rest, percentDecode(rest)] : [];
}

/** Quotes as ffmpeg's lists want it (ffmpeg-utils, "Quoting and escaping"). */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function syntheticGraph(drawText: boolean): string {
  const picture = `testsrc2=size=${SYNTHETIC.size}:rate=${SYNTHETIC.rate}`;
  if (!drawText) return picture;
  const text = "drawtext=text='%{localtime}':fontsize=28:fontcolor=white:box=1:boxcolor=black:x=16:y=h-44";
  return `${picture},${text}`;
}
