import { findBinary, frameTimingOption } from '../../ffmpeg/binary';
import { ffmpegArguments } from '../../ffmpeg/command';
import { isRefusal, runFfmpeg } from '../../ffmpeg/run';
import type { Clock } from '../../time/clock';

export interface BridgeOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where the picture ends, in seconds: sound ends with it. */
  readonly end: number;
}

/**
 * Re-encodes a whole clip to H.264 and AAC: the decoder bridges what is damaged as well as it can, each frame that it
 * shows keeps its time, and missing sound becomes silence.
 * @returns false when ffmpeg cannot
 * @throws V2xError `ffmpeg` when there is none, or something killed it; the signal's reason when it is aborted
 */
export async function bridgeDamage(clip: string, target: string, options: BridgeOptions): Promise<boolean> {
  const { clock, signal, end } = options;
  const timing = frameTimingOption(await findBinary('ffmpeg'));
  const args = ffmpegArguments({
    inputs: [{ url: `file:${clip}` }],
    outputs: [
      {
        url: `file:${target}`,
        options: [
          ...['-map', '0:v:0', '-map', '0:a:0?', '-map_metadata', '0', '-map_chapters', '0'],
          ...['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2,format=yuv420p', '-c:v', 'libx264', '-crf', '20'],
          ...['-preset', 'veryfast', timing, 'passthrough', '-enc_time_base', '-1'],
          ...['-af', 'aresample=async=1:first_pts=0,apad', '-c:a', 'aac', '-t', end.toFixed(6)],
          ...['-movflags', '+faststart', '-f', 'mp4'],
        ],
      },
    ],
    options: ['-copyts'],
  });
  try {
    await runFfmpeg(args, { clock, signal, lowPriority: true });
    signal.throwIfAborted();
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}
