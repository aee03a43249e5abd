import { randomBytes } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, V2xError } from '../errors';
import type { CameraInput } from '../ffmpeg/camera-input';
import { ffmpegArguments } from '../ffmpeg/command';
import type { MediaInfo } from '../ffmpeg/probe';
import { runFfmpeg } from '../ffmpeg/run';
import { LineSplitter } from '../ffmpeg/stderr';
import { recordingOptions } from './encoding';
import type { RecorderOptions } from './recorder';
import type { Ring } from './ring';
import { parseListLine, type ListLine } from './segment-list';
import { RunTimeline, type Break } from './timeline';
import { watchForStall } from './watchdog';

export interface OpenCamera {
  readonly input: CameraInput;
  /** What it sends; undefined for the synthetic picture. */
  readonly media: MediaInfo | undefined;
}

/** Seconds without a byte from ffmpeg after which the camera is taken for stalled. */
const STALL_SECONDS = 15;

/**
 * Runs one ffmpeg process until `signal` is aborted or its time stamps jump.
 * @throws V2xError with `exit` in its details when ffmpeg fails, ends by itself or stalls
 */
export async function recordRun(
  options: RecorderOptions,
  { input, media }: OpenCamera,
  signal: AbortSignal,
): Promise<void> {
  const { ring, source, clock } = options;
  const run = new Run(options);
  await mkdir(run.directory, { recursive: true });
  const args = ffmpegArguments({
    inputs: [input],
    outputs: [
      {
        // The muxer counts the files up; a percent sign of the path itself must be doubled.
        url: join(run.directory.replaceAll('%', '%%'), '%06d.mp4'),
        options: recordingOptions({ media, audio: source.audio, segmentSeconds: ring.segmentSeconds }),
      },
    ],
  });
  const { stdin, secrets } = input;
  const ended = new AbortController();
  const stalled = watchForStall(clock, STALL_SECONDS, () => run.hasGrown(), ended.signal).then((stall) => {
    if (stall) run.stop.abort();
    return stall;
  });
  try {
    await runFfmpeg(args, {
      clock,
      secrets,
      ...(stdin === undefined ? {} : { stdin }),
      signal: AbortSignal.any([signal, run.stop.signal]),
      onStdout: (chunk) => run.takeList(chunk),
    });
  } finally {
    ended.abort();
  }
  if (signal.aborted || run.broken) return;
  const reason = (await stalled) ? `it sent nothing for ${STALL_SECONDS} s` : 'it ended the stream';
  throw new V2xError('camera', reason, { exit: reason });
}

/** The segments of one ffmpeg process on their way into the ring. */
class Run {
  readonly directory: string;
  /** Ends ffmpeg. */
  readonly stop = new AbortController();
  /** Why the run had to end. */
  broken: Break | undefined;

  private readonly timeline: RunTimeline;
  private readonly lines: ListLine[] = [];
  private readonly splitter = new LineSplitter((line) => this.lines.push(parseListLine(line)));
  private id: string;
  private number = 0;
  private size = 0;

  constructor(private readonly options: RecorderOptions) {
    this.id = this.newId();
    this.directory = join(options.ring.workDirectory, this.id);
    this.timeline = new RunTimeline(options.clock);
  }

  /** Takes text of the segment list: each line is a segment that has closed. */
  async takeList(chunk: Buffer): Promise<void> {
    this.splitter.push(chunk.toString('utf8'));
    for (let line = this.lines.shift(); line; line = this.lines.shift()) await this.takeSegment(line);
  }

  /** Whether ffmpeg has written something since the last call. */
  async hasGrown(): Promise<boolean> {
    const size = await sizeOfLast(this.directory);
    const grown = size !== this.size;
    if (grown && this.size === 0) this.options.onRecording();
    this.size = size;
    return grown;
  }

  private async takeSegment({ file, start, end }: ListLine): Promise<void> {
    const { ring, onSegment, onWarning } = this.options;
    const { from, to, broken } = this.timeline.close(start, end);
    if (broken) this.begin(broken);
    const number = this.number++;
    const path = join(this.directory, file);
    // A line means closed, not valid: with a full disk the file is empty.
    if ((await stat(path)).size === 0) return;
    onSegment(await ring.adopt(path, { from, to, run: this.id, number, measured: true }));
    await trimRing(ring, onWarning);
  }

  /** After a clock step only the name of the run is new; after a jump of time stamps ffmpeg cuts wrongly and must end. */
  private begin(broken: Break): void {
    this.id = this.newId();
    this.number = 0;
    if (broken === 'clock step') return;
    this.broken = broken;
    this.stop.abort();
  }

  private newId(): string {
    return `${Math.floor(this.options.clock.now())}-${randomBytes(3).toString('hex')}`;
  }
}

/** Deletes what retention demands, and says so when that is not enough. */
export async function trimRing(ring: Ring, onWarning: (text: string) => void): Promise<void> {
  const missingBytes = await ring.trim();
  if (missingBytes === 0) return;
  const megabytes = Math.ceil(missingBytes / 1e6);
  onWarning(
    `${ring.directory} lacks ${megabytes} MB, and only footage kept for clips is left; free disk space`,
  );
}

/** Bytes of the file that is written to; 0 when there is none. */
async function sizeOfLast(directory: string): Promise<number> {
  const last = (await readdir(directory)).sort().at(-1);
  if (last === undefined) return 0;
  try {
    return (await stat(join(directory, last))).size;
  } catch (error) {
    // It has just been given its name in the ring.
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
