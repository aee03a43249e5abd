import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../nodes/lib/time/clock';
import { ffmpegArguments, type Input } from '../../../nodes/lib/ffmpeg/command';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';
import type { Segment, SegmentRing } from '../../../nodes/lib/recording/segment';

/** Frames per second of the footage made here; every second begins with a key frame. */
export const FPS = 25;
const BITS = 16;
const BIT_WIDTH = 8;
/** Each frame shows its own number as black and white bars, the lowest bit at the left. */
const NUMBERED = `nullsrc=s=${BITS * BIT_WIDTH}x48:r=${FPS},geq=lum='16+219*gt(bitand(N,pow(2,floor(X/${BIT_WIDTH}))),0)':cb=128:cr=128,format=yuv420p`;

export interface FootageOptions {
  /** When the first frame was seen, Unix seconds. */
  readonly start: number;
  readonly seconds: number;
  readonly segmentSeconds: number;
  /** Options for another codec, size, or audio. */
  readonly encoding?: readonly string[];
}

/** Records numbered frames into segments, as the recorder does: fragmented, contiguous, one run. */
export async function recordSegments(directory: string, options: FootageOptions): Promise<Segment[]> {
  const { start, seconds, segmentSeconds, encoding = [] } = options;
  const args = ffmpegArguments({
    inputs: [
      { url: NUMBERED, options: ['-f', 'lavfi', '-t', String(seconds)] },
      { url: 'sine=440:r=8000', options: ['-f', 'lavfi', '-t', String(seconds)] },
    ],
    outputs: [
      {
        url: join(directory, 'part_%04d.mp4'),
        options: [
          ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', String(FPS), '-c:a', 'aac', ...encoding],
          ...['-f', 'segment', '-segment_time', String(segmentSeconds), '-reset_timestamps', '1'],
          ...['-segment_format_options', 'movflags=frag_keyframe+empty_moov+default_base_moof+delay_moov'],
        ],
      },
    ],
  });
  await runFfmpeg(args, { clock: systemClock });
  const parts = (await readdir(directory)).filter((name) => name.startsWith('part_')).sort();
  return Promise.all(
    parts.map(async (part, number) => {
      const from = start + number * segmentSeconds;
      const name = `seg_${Math.floor(from)}.mp4`;
      await rename(join(directory, part), join(directory, name));
      const { size: bytes } = await stat(join(directory, name));
      const to = Math.min(from + segmentSeconds, start + seconds);
      return { name, from, to, bytes, run: `run-${start}`, number, measured: true };
    }),
  );
}

/** The number of the frame that a player shows at a moment of a film, in seconds. */
export async function frameNumberAt(path: string, seconds: number): Promise<number> {
  // Half a frame earlier, since a seek gives the first frame that begins at or after the moment.
  const at = Math.max(0, seconds - 0.5 / FPS).toFixed(3);
  const [number] = await decode({ url: path, options: ['-ss', at] }, ['-frames:v', '1']);
  return number;
}

/** The numbers of all frames of a film, in the order of showing. */
export function frameNumbers(path: string): Promise<number[]> {
  return decode({ url: path }, ['-fps_mode', 'passthrough']);
}

async function decode(input: Input, options: readonly string[]): Promise<number[]> {
  const chunks: Buffer[] = [];
  const row = `format=gray,crop=${BITS * BIT_WIDTH}:1:0:0`;
  const output = [...options, '-an', '-vf', row, '-f', 'rawvideo', '-pix_fmt', 'gray'];
  const args = ffmpegArguments({ inputs: [input], outputs: [{ url: 'pipe:1', options: output }] });
  await runFfmpeg(args, { clock: systemClock, onStdout: (chunk) => void chunks.push(chunk) });
  const luma = Buffer.concat(chunks);
  return Array.from({ length: luma.length / (BITS * BIT_WIDTH) }, (_, frame) => numberIn(luma, frame));
}

function numberIn(luma: Buffer, frame: number): number {
  const middle = (bit: number) => luma[(frame * BITS + bit) * BIT_WIDTH + BIT_WIDTH / 2];
  return Array.from({ length: BITS }, (_, bit) => (middle(bit) > 128 ? 2 ** bit : 0)).reduce(
    (a, b) => a + b,
    0,
  );
}

/** A ring over given segments, as the clip code sees one. */
export class FakeRing implements SegmentRing {
  readonly pins = new Map<string, { readonly from: number; readonly to: number }>();
  /** What `openSince` answers. */
  open: number | undefined;
  private readonly listeners = new Set<(segment: Segment) => void>();

  constructor(
    readonly directory: string,
    readonly segmentSeconds: number,
    private segments: readonly Segment[] = [],
  ) {}

  /** Lets segments close. */
  close(...segments: readonly Segment[]): void {
    this.segments = [...this.segments, ...segments];
    for (const segment of segments) for (const listener of this.listeners) listener(segment);
  }

  window(from: number, to: number): Promise<readonly Segment[]> {
    return Promise.resolve(this.segments.filter((segment) => segment.from < to && segment.to > from));
  }

  onSegment(listener: (segment: Segment) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  openSince(): number | undefined {
    return this.open;
  }

  pin(owner: string, from: number, to: number): void {
    this.pins.set(owner, { from, to });
  }

  unpin(owner: string): void {
    this.pins.delete(owner);
  }
}
