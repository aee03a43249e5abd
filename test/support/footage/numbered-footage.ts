import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Footage is made once for all tests; its name is a hash of the options that decide its content. */
const CACHE = resolve('.cache/footage');
/** Increase it when the same options begin to make other pictures. */
const VERSION = 1;

/** A strip across the top fifth of the picture shows its number, the highest bit at the left. */
const BITS = 24;
const STRIP_SHARE = 5;
/** The mean brightness of a cell that was coded badly, or of a grey picture, is neither black nor white. */
const BLACK = 70;
const WHITE = 180;

export interface NumberedVideo {
  /** Default h264. */
  readonly codec?: 'h264' | 'h265' | 'mjpeg';
  /** Pictures per second, default 15. */
  readonly fps?: number;
  /** Length; a camera begins again at its end, and numbers repeat. */
  readonly seconds: number;
  /** From one key frame to the next, default 2. */
  readonly gopSeconds?: number;
  /** Pictures before a key frame may refer to it, so that they cannot be decoded when one joins there. */
  readonly openGop?: boolean;
  /** B-frames between others, default 0. */
  readonly bFrames?: number;
  /** Number of the first picture, default 0; streams that one camera sends should differ. */
  readonly first?: number;
  /** Pixels, default 384x240. */
  readonly width?: number;
  readonly height?: number;
  /** Further options for the encoder, such as a profile. */
  readonly encoder?: readonly string[];
}

/** A raw stream for a scripted camera. */
export interface NumberedStream {
  /** Annex B with access unit delimiters, or JPEG files one after the other; beside it `.order`, the place of each picture in the order of showing. */
  readonly video: string;
  readonly codec: 'h264' | 'h265' | 'mjpeg';
  readonly fps: number;
  readonly first: number;
}

const DEFAULTS: Required<Omit<NumberedVideo, 'seconds'>> = {
  codec: 'h264',
  fps: 15,
  gopSeconds: 2,
  openGop: false,
  bFrames: 0,
  first: 0,
  width: 384,
  height: 240,
  encoder: [],
};

/** A raw H.264, HEVC or Motion JPEG stream whose pictures show their numbers. */
export async function numberedStream(options: NumberedVideo): Promise<NumberedStream> {
  const video = { ...DEFAULTS, ...options };
  const { codec, fps, first } = video;
  const extension = codec === 'h265' ? 'hevc' : codec;
  const path = await cached(`stream.${extension}`, video, async (file) => {
    // Both are written from the same packets; the frame log tells the order.
    const outputs = `[f=${extension}]${file}|[f=framecrc]${file}.log`;
    await ffmpeg([...pictures(video), ...encoder(video), '-f', 'tee', '-map', '0:v', outputs]);
    await writeFile(`${file}.order`, orderOf(await readFile(`${file}.log`, 'utf8')).join('\n'));
    await rm(`${file}.log`);
  });
  return { video: path, codec, fps, first };
}

/**
 * A film whose pictures show their numbers.
 * @param extension decides the container
 * @param output options of its own, such as `['-c:v', 'mjpeg']`, in place of x264's or x265's
 * @param sound encoder options for the tone, such as `['-c:a', 'aac']`; default: no sound
 */
export function numberedFilm(
  extension: string,
  options: NumberedVideo,
  { output, sound }: { readonly output?: readonly string[]; readonly sound?: readonly string[] } = {},
): Promise<string> {
  const video = { ...DEFAULTS, ...options };
  return cached(`film.${extension}`, { video, output, sound }, (file) =>
    ffmpeg([
      ...pictures(video),
      ...(sound ? [...tone(48_000, video.seconds), '-map', '0:v', '-map', '1:a', ...sound] : []),
      ...(output ?? encoder(video)),
      file,
    ]),
  );
}

/** Sound for a scripted camera, AAC in ADTS: a tone for a tenth of a second at the beginning of each second. */
export function aacSound(rate: number, seconds = 120): Promise<string> {
  return cached('sound.aac', { rate, seconds }, (file) =>
    ffmpeg([...tone(rate, seconds), '-ac', '1', '-c:a', 'aac', '-b:a', '24k', '-f', 'adts', file]),
  );
}

/** A picture of a clip as it is shown. */
export interface ShownPicture {
  /** Seconds of the clip. */
  readonly time: number;
  /** Undefined when it cannot be read: it is grey, torn, or turned. */
  readonly number: number | undefined;
}

/**
 * Decodes a film of numbered pictures as a player does.
 * @returns its pictures in the order of showing, and what the decoder complained of
 */
export async function readPictures(
  path: string,
): Promise<{ readonly pictures: ShownPicture[]; readonly errors: string[] }> {
  const filter = `crop=iw:ih/${STRIP_SHARE}:0:0,format=gray,scale=${BITS}:1:flags=area,showinfo`;
  const args = [
    '-copyts',
    '-i',
    `file:${path}`,
    '-map',
    '0:v:0',
    '-vf',
    filter,
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    '-1',
  ];
  const { stdout, stderr } = await run(
    'ffmpeg',
    ['-nostats', '-v', 'level+info', ...args, '-f', 'rawvideo', 'pipe:1'],
    { encoding: 'buffer', maxBuffer: 1 << 28 },
  );
  const lines = stderr.toString('latin1').split('\n');
  const times = lines.flatMap((line) => {
    const time = /showinfo.*\bpts_time:(\S+)/.exec(line)?.[1];
    return time === undefined ? [] : [Number(time)];
  });
  const pictures = times.map((time, i) => ({
    time,
    number: numberIn(stdout.subarray(i * BITS, (i + 1) * BITS)),
  }));
  return { pictures, errors: lines.filter((line) => /\[(error|fatal)\]/.test(line)) };
}

function numberIn(cells: Uint8Array): number | undefined {
  if (cells.some((cell) => cell > BLACK && cell < WHITE)) return undefined;
  return cells.reduce((number, cell) => number * 2 + (cell >= WHITE ? 1 : 0), 0);
}

/** The number in the upper fifth, and a bar that moves below it. */
function pictures(video: Required<NumberedVideo>): string[] {
  const { fps, first, width, height, seconds } = { ...DEFAULTS, ...video };
  const strip = Math.round(height / STRIP_SHARE);
  const graph = [
    // The strip is computed with a pixel for each bit, and enlarged.
    `nullsrc=s=${BITS}x2:r=${fps},geq=lum='16+219*mod(floor((N+${first})/pow(2,${BITS - 1}-X)),2)':cb=128:cr=128`,
    `scale=${width}:${strip}:flags=neighbor,setsar=1[strip]`,
    `color=0x808080:s=${width}x${height}:r=${fps}[ground]`,
    `color=0xd0a060:s=${Math.round(width / 12)}x${height - strip}:r=${fps}[bar]`,
    `[ground][bar]overlay=x='mod(4*n,W-w)':y=${strip}[road]`,
    '[road][strip]overlay=0:0,format=yuv420p',
  ];
  const joined = `${graph[0]},${graph.slice(1).join(';')}`;
  return ['-f', 'lavfi', '-t', String(seconds), '-i', joined];
}

function tone(rate: number, seconds: number): string[] {
  const sound = `aevalsrc='if(lt(mod(t,1),0.1),0.3*sin(2*PI*500*t),0)':s=${rate}:d=${seconds}`;
  return ['-f', 'lavfi', '-i', sound];
}

function encoder(video: NumberedVideo): string[] {
  const { codec, fps, gopSeconds, openGop, bFrames, encoder } = { ...DEFAULTS, ...video };
  // RTP carries no Huffman tables (RFC 2435, 3.1.8).
  if (codec === 'mjpeg') return ['-c:v', 'mjpeg', '-huffman', 'default', '-pix_fmt', 'yuvj420p', '-q:v', '4'];
  const gop = Math.round(gopSeconds * fps);
  const common = `keyint=${gop}:min-keyint=${openGop ? 1 : gop}:scenecut=0:open-gop=${openGop ? 1 : 0}:bframes=${bFrames}:b-adapt=0`;
  const threads = ['-threads', '1', '-preset', bFrames > 0 ? 'veryfast' : 'ultrafast', '-g', String(gop)];
  const own =
    codec === 'h264'
      ? ['-c:v', 'libx264', '-crf', '20', '-x264-params', `${common}:aud=1:repeat-headers=1`]
      : ['-c:v', 'libx265', '-x265-params', `${common}:aud=1:repeat-headers=1:pools=1:log-level=error`];
  return [...own, ...threads, ...encoder];
}

/** The place of each packet in the order of showing (ffmpeg-formats, "framecrc": stream, dts, pts, …). */
function orderOf(frameLog: string): number[] {
  const stamps = frameLog
    .split('\n')
    .filter((line) => line.startsWith('0,'))
    .map((line) => Number(line.split(',')[2]));
  const places = new Map([...stamps].sort((a, b) => a - b).map((stamp, place) => [stamp, place]));
  return stamps.map((stamp) => places.get(stamp) ?? 0);
}

/** Makes a file unless it is there. It gets its name when it is whole, since other tests run beside this one. */
async function cached(
  name: string,
  options: object,
  make: (file: string) => Promise<unknown>,
): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify([VERSION, name, options]));
  const path = join(CACHE, `${key.digest('hex').slice(0, 16)}-${name}`);
  if (existsSync(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const work = join(CACHE, `${randomUUID()}-${name}`);
  await make(work);
  if (existsSync(`${work}.order`)) await rename(`${work}.order`, `${path}.order`);
  await rename(work, path);
  return path;
}

function ffmpeg(args: readonly string[]): Promise<unknown> {
  return run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);
}
