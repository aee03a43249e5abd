import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Geometry of the strip, see rtsp-server.py. */
const STRIP = { rows: 2, columns: 24, cell: 16, cellHeight: 32, width: 384, height: 64 };
const FRAME_BYTES = STRIP.width * STRIP.height;
const CHECK_BITS = 7;
const CHECK_MODULUS = 127;

/**
 * Decodes the first frame of a file of `startRtspServer` at or after an offset and reads the time burnt into it.
 * @param at seconds since the file's first time stamp
 * @returns Unix seconds, exact to the millisecond, of the moment the frame was made
 */
export async function readBurntTime(file: string, at: number): Promise<number> {
  const strip = await decode(['-ss', String(at), '-i', file, '-frames:v', '1']);
  return readStrip(strip.subarray(0, FRAME_BYTES));
}

/** The times burnt into all frames of a file, in the order in which they are shown. */
export async function readBurntTimes(file: string): Promise<number[]> {
  const strips = await decode(['-i', file, '-fps_mode', 'passthrough', '-enc_time_base', '-1']);
  const times: number[] = [];
  for (let start = 0; start + FRAME_BYTES <= strips.length; start += FRAME_BYTES) {
    times.push(readStrip(strips.subarray(start, start + FRAME_BYTES)));
  }
  return times;
}

/** When each frame of a file is shown, in seconds of the file. */
export async function readShownTimes(file: string): Promise<number[]> {
  const entries = ['-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, file]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => Number.parseFloat(line)).sort((a, b) => a - b);
}

/** When the tones of a file begin that the camera gives at each full second, in seconds of the file. */
export async function readToneStarts(file: string): Promise<number[]> {
  const loudness = 'silencedetect=noise=-20dB:duration=0.3';
  const output = ['-vn', '-af', loudness, '-f', 'null', '-'];
  const { stderr } = await run('ffmpeg', ['-v', 'info', '-nostats', '-copyts', '-i', file, ...output]);
  // Silence ends at the end of the file too, and none begins after that.
  return Array.from(stderr.matchAll(/silence_end: (-?[\d.]+)(?=.*silence_start)/gs), ([, time]) =>
    Number(time),
  );
}

async function decode(args: readonly string[]): Promise<Buffer> {
  const crop = `crop=${STRIP.width}:${STRIP.height}:0:0`;
  const output = ['-an', '-vf', crop, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'];
  const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...args, ...output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'close');
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  await exit;
  return Buffer.concat(chunks);
}

function readStrip(luma: Uint8Array): number {
  if (luma.length < FRAME_BYTES) throw new Error('There is no frame');
  let word = 0n;
  for (let row = 0; row < STRIP.rows; row++) {
    for (let column = 0; column < STRIP.columns; column++) {
      word = (word << 1n) | (isWhite(luma, row, column) ? 1n : 0n);
    }
  }
  const milliseconds = Number(word >> BigInt(CHECK_BITS));
  const check = Number(word & BigInt(2 ** CHECK_BITS - 1));
  if (milliseconds % CHECK_MODULUS !== check) throw new Error('The burnt-in time cannot be read');
  return milliseconds / 1000;
}

/** Looks at the middle of a cell, away from the edges that compression blurs. */
function isWhite(luma: Uint8Array, row: number, column: number): boolean {
  const y = row * STRIP.cellHeight + STRIP.cellHeight / 2;
  const x = column * STRIP.cell + STRIP.cell / 2;
  let sum = 0;
  for (let dy = -4; dy < 4; dy++)
    for (let dx = -4; dx < 4; dx++) sum += luma[(y + dy) * STRIP.width + x + dx];
  return sum > 64 * 128;
}
