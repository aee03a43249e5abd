import type { Clock } from '../../time/clock';
import { V2xError } from '../../errors';
import { writeWhole } from '../../disk/files';
import { ffmpegArguments } from '../../ffmpeg/command';
import { outputOf } from '../../ffmpeg/output';

const MAX_BYTES = 64 << 20;

/**
 * Writes a JPEG of the frame shown at a moment of a film, in seconds from its beginning.
 * @throws V2xError `ffmpeg` when there is none; the signal's reason when it is aborted
 */
export async function takeStill(
  film: string,
  at: number,
  target: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const args = ffmpegArguments({
    inputs: [{ url: `file:${film}`, options: ['-ss', at.toFixed(3)] }],
    // Not into the file, where half a picture would stay when ffmpeg fails.
    outputs: [
      { url: 'pipe:1', options: ['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '2', '-f', 'image2pipe'] },
    ],
  });
  const picture = await outputOf('ffmpeg', args, MAX_BYTES, { clock, signal, lowPriority: true });
  signal.throwIfAborted();
  if (picture.length === 0) throw new V2xError('ffmpeg', `${film} has no picture at ${at.toFixed(3)} s`);
  await writeWhole(target, picture);
}
