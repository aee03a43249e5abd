import { systemClock } from '../../../nodes/lib/time/clock';
import type { Frame, Size } from '../../../nodes/lib/detection/frames/frame';
import { FrameSplitter } from '../../../nodes/lib/detection/frames/frame-splitter';
import { ffmpegArguments, type Input } from '../../../nodes/lib/ffmpeg/command';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';

/** Hands on the frames of a film or an ffmpeg test source one after the other, as fast as they come. */
export async function eachFrame(
  input: Input,
  size: Size,
  { fps, seconds }: { readonly fps: number; readonly seconds: number },
  onFrame: (frame: Frame) => void,
): Promise<void> {
  const splitter = new FrameSplitter(
    size.width * size.height * 3,
    () => true,
    (data) => {
      onFrame({ ...size, data });
    },
  );
  const filter = `fps=${fps},scale=${size.width}:${size.height}`;
  const options = ['-t', String(seconds), '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'bgr24'];
  await runFfmpeg(ffmpegArguments({ inputs: [input], outputs: [{ url: 'pipe:1', options }] }), {
    clock: systemClock,
    onStdout(chunk) {
      splitter.push(chunk);
    },
  });
}
