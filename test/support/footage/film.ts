import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';
import { systemClock as clock } from '../../../nodes/lib/time/clock';

/** Makes a small film of one key frame a second, its header first; sound may be shorter or longer than the picture. */
export async function makeFilm(path: string, seconds: number, soundSeconds = seconds): Promise<string> {
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25'];
  const args = ffmpegArguments({
    inputs: [
      { url: 'testsrc2=size=320x180:rate=25', options: ['-f', 'lavfi', '-t', String(seconds)] },
      { url: 'sine=r=8000', options: ['-f', 'lavfi', '-t', String(soundSeconds)] },
    ],
    outputs: [{ url: `file:${path}`, options: [...video, '-c:a', 'aac', '-movflags', '+faststart'] }],
  });
  await runFfmpeg(args, { clock });
  return path;
}

/** Flips bits in the middle of a file. */
export async function flipBits(path: string): Promise<void> {
  const data = await readFile(path);
  for (let i = 0; i < 20; i += 1) data[Math.floor(data.length / 2) + 37 * i] ^= 0x55;
  await writeFile(path, data);
}

/** Leaves a file without its last third. */
export async function cutTail(path: string): Promise<void> {
  await truncate(path, Math.round((await stat(path)).size * 0.67));
}
