import type { Clock } from '../time/clock';
import { ToolError } from '../errors';
import { ffmpegArguments } from './command';
import { runFfmpeg } from './run';

let drawText: Promise<boolean> | undefined;

/**
 * Whether the ffmpeg at hand can write text into pictures: it needs the filter and a font. Tried once per process.
 * @throws V2xError `ffmpeg` when there is no ffmpeg
 */
export function canDrawText(clock: Clock): Promise<boolean> {
  drawText ??= tryDrawText(clock);
  drawText.catch(() => (drawText = undefined));
  return drawText;
}

async function tryDrawText(clock: Clock): Promise<boolean> {
  const args = ffmpegArguments({
    inputs: [{ url: 'color=size=64x64,drawtext=text=0', options: ['-f', 'lavfi'] }],
    outputs: [{ url: 'pipe:1', options: ['-frames:v', '1', '-f', 'null'] }],
  });
  try {
    await runFfmpeg(args, { clock });
    return true;
  } catch (error) {
    // It ran and failed: no filter or no font. That there is no ffmpeg at all is another matter.
    if (error instanceof ToolError) return false;
    throw error;
  }
}
