import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pixelsOf, type Counts, type Mask } from '../../../../nodes/lib/detection/engine/engine';
import type { Frame, Size } from '../../../../nodes/lib/detection/frames/frame';

/** Debian's own Python: the one that python3-opencv belongs to. */
const PYTHON = '/usr/bin/python3';

/** Why the comparisons with OpenCV cannot run here, as node:test takes it; false when they can. */
export const withoutOpenCv =
  spawnSync(PYTHON, ['-c', 'import cv2']).status === 0 ? false : 'python3-opencv is not installed';

/** What OpenCV says of all 2^24 colours 0xRRGGBB: whether each is red (a bit each) and its gray (a byte each). */
export function openCvColours(): { red: Uint8Array; gray: Uint8Array } {
  const output = reference(['colours']);
  return { red: output.subarray(0, 2 ** 21), gray: output.subarray(2 ** 21) };
}

/** Frames of one size, and a mask to count them under. */
export interface Stream {
  readonly frames: readonly Frame[];
  readonly mask?: Mask | undefined;
}

/** OpenCV's counts for each of some streams; one process counts them all, since it takes long to start. */
export function openCvCounts(streams: readonly Stream[]): Counts[][] {
  const input = streams.flatMap(({ frames, mask }) => {
    const [{ width, height }] = frames;
    const header = Uint32Array.of(width, height, frames.length, mask ? 1 : 0);
    return [new Uint8Array(header.buffer), ...(mask ? [mask.data] : []), ...frames.map(({ data }) => data)];
  });
  const lines = linesOf(reference(['counts'], Buffer.concat(input)));
  return streams.map(({ frames, mask }) => {
    const [{ width, height }] = frames;
    const pixels = mask ? pixelsOf(mask) : width * height;
    return lines.splice(0, frames.length).map((line) => {
      const [red, moving] = line.split(' ').map(Number);
      return { pixels, red, moving: moving < 0 ? undefined : moving };
    });
  });
}

/** What the seed's detector makes of a stream of frames of one size: `frame type/severity`, frames counted from 1. */
export function seedEvents(frames: readonly Frame[]): string[] {
  const [{ width, height }] = frames;
  const input = Buffer.concat(frames.map(({ data }) => data));
  return linesOf(reference(['seed', String(width), String(height)], input));
}

/** Frames per second that OpenCV manages on one thread, once it is warm. */
export function openCvSpeed(
  { width, height }: Size,
  { warmUp, frames }: { readonly warmUp: number; readonly frames: number },
): number {
  return Number(reference(['bench', ...[width, height, warmUp, frames].map(String)]).toString());
}

function linesOf(output: Buffer): string[] {
  return output
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

function reference(args: string[], input: Uint8Array = new Uint8Array()): Buffer {
  const script = join(__dirname, 'opencv_reference.py');
  const { status, stdout, stderr } = spawnSync(PYTHON, [script, ...args], { input, maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`opencv_reference.py failed: ${stderr.toString()}`);
  return stdout;
}
