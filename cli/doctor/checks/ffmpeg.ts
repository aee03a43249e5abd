import { systemClock } from '../../../nodes/lib/time/clock';
import { problemOf, remedyOf } from '../../../nodes/lib/errors';
import { findBinary, type Binary } from '../../../nodes/lib/ffmpeg/binary';
import { canDrawText } from '../../../nodes/lib/ffmpeg/capabilities';
import { findings, type Finding } from '../finding';
import { outputOf } from '../../../nodes/lib/process/output';

const { ok, warning, problem } = findings('ffmpeg');
const INSTALL = 'sudo apt install ffmpeg';

/** What this package asks of ffmpeg, by the option that lists it. */
const NEEDED = {
  demuxers: ['concat', 'rtsp', 'mov', 'lavfi', 'video4linux2', 'mpegts'],
  muxers: ['segment', 'mp4', 'framecrc', 'rawvideo', 'mpegts', 'fifo', 'image2', 'ffmetadata'],
  encoders: ['libx264', 'aac', 'mjpeg', 'mpeg4'],
  decoders: ['h264', 'hevc', 'pcm_alaw', 'pcm_mulaw'],
  protocols: ['file', 'pipe', 'tcp', 'udp', 'rtp'],
} as const;

/** Looks for ffmpeg and ffprobe and at what they can do. */
export async function checkFfmpeg(): Promise<Finding[]> {
  try {
    const [ffmpeg, ffprobe] = await Promise.all([findBinary('ffmpeg'), findBinary('ffprobe')]);
    return [await version(ffmpeg, ffprobe), await abilities(ffmpeg), await drawText()];
  } catch (error) {
    return [problem(problemOf(error), remedyOf(error))];
  }
}

async function version(ffmpeg: Binary, ffprobe: Binary): Promise<Finding> {
  const number = /version (\S+)/.exec((await outputOf(ffmpeg.path, '-version')) ?? '')?.[1] ?? 'unknown';
  if (ffmpeg.fallback || ffprobe.fallback) {
    const risk = `ffmpeg ${number} is the old static build from npm: good enough for the demo, but not for real cameras`;
    return warning(risk, INSTALL);
  }
  return ok(`ffmpeg ${number}`);
}

async function abilities({ path }: Binary): Promise<Finding> {
  const lists = await Promise.all(
    Object.entries(NEEDED).map(async ([kind, names]) => {
      const known = namesListed((await outputOf(path, '-hide_banner', `-${kind}`)) ?? '');
      return names.filter((name) => !known.has(name)).map((name) => `${kind.slice(0, -1)} ${name}`);
    }),
  );
  const missing = lists.flat();
  if (missing.length === 0) return ok('has all the formats, codecs and protocols needed');
  return problem(
    `this build lacks ${missing.join(', ')}`,
    `${INSTALL} (the one of Debian and Ubuntu has them all)`,
  );
}

/**
 * The names in ffmpeg's lists: flags, then names separated by commas; protocols stand alone in their line. From
 * ffmpeg 7 on devices have a flag `d` of their own.
 */
export function namesListed(text: string): Set<string> {
  return new Set(
    text
      .split('\n')
      .flatMap((line) => /^ +(?:[A-Zd.]{1,6} +)?(?:[DEd] +)?([\w,-]+)/.exec(line)?.[1]?.split(',') ?? []),
  );
}

async function drawText(): Promise<Finding> {
  if (await canDrawText(systemClock)) return ok('can draw the time into the synthetic picture (drawtext)');
  const lack = 'cannot draw the time into the synthetic picture; real cameras do not need it';
  return warning(lack, 'sudo apt install fonts-dejavu-core');
}
