import { randomBytes } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../../errors';
import { ffmpegArguments } from '../../ffmpeg/command';
import { runFfmpeg } from '../../ffmpeg/run';
import { LineSplitter } from '../../ffmpeg/stderr';
import type { RecorderOptions } from '../options';
import { firstPictureTime } from '../times/first-picture';
import { diskFull, freeSpace } from '../ring/free-space';
import { RunLogReader, type FrameLine, type SegmentLine } from './run-log';
import { VIDEO_ONLY_DIRECTORY } from '../names';
import type { RunMonitor } from './run-monitor';
import { RunTimeline } from '../times/timeline';

/** The first frames of many cameras have no time stamp; if so many have none, none has. */
const MAX_UNTIMED = 100;
/** Frames that come while ffmpeg looks into the stream at first are logged up to so many seconds later. */
const LOOK_SECONDS = 5;

/** The segments that one ffmpeg process writes, on their way into the ring. */
export class RunSegments {
  /** Where ffmpeg writes them, named by number. */
  readonly directory: string;
  /** Where it writes their picture alone, by the same numbers, for the case that sound keeps a segment from being written. */
  readonly videoOnlyDirectory: string;

  private readonly timeline: RunTimeline;
  private readonly log = new RunLogReader();
  private readonly closed: SegmentLine[] = [];
  private readonly splitter = new LineSplitter((line) => {
    this.takeLine(line);
  });
  private run: string;
  private number = 0;
  private readonly launched: number;
  private recording = false;
  private untimed = 0;

  /**
   * @param onJump called when time stamps have jumped: ffmpeg cuts wrongly from then on, and must end
   * @param heldBack whether ffmpeg tells of a frame only when the next one begins to come
   * @param monitor hears of each packet
   */
  constructor(
    private readonly options: RecorderOptions,
    private readonly onJump: () => void,
    heldBack: boolean,
    private readonly monitor: RunMonitor,
  ) {
    this.run = this.newRun();
    this.directory = join(options.ring.workDirectory, this.run);
    this.videoOnlyDirectory = join(this.directory, VIDEO_ONLY_DIRECTORY);
    this.timeline = new RunTimeline(options.clock, heldBack);
    this.launched = options.clock.now();
  }

  /** Takes what ffmpeg prints. */
  async takeLog(chunk: Buffer): Promise<void> {
    this.splitter.push(chunk.toString('latin1'));
    if (this.timeline.settled) await this.finish();
  }

  /** Takes in what has closed so far: no more frames come that would tell its times better. */
  async finish(): Promise<void> {
    for (let line = this.closed.shift(); line; line = this.closed.shift()) await this.takeSegment(line);
  }

  private takeLine(text: string): void {
    const line = this.log.read(text);
    if (line?.kind === 'segment') this.closed.push(line);
    else if (line?.kind === 'sound') this.monitor.soundPacket();
    else if (line) this.takeFrame(line);
    if (this.timeline.jumpedAfter !== undefined) this.onJump();
  }

  private takeFrame({ times, isKey }: FrameLine): void {
    this.monitor.picture(isKey);
    // Nothing is recorded before the first key frame.
    if (!this.recording && !isKey) return;
    this.timeline.frame(times);
    if (!this.recording) this.begin();
    if (!this.timeline.timed && ++this.untimed > MAX_UNTIMED) throw untimed();
  }

  private begin(): void {
    const { clock, ring, onRecording } = this.options;
    this.recording = true;
    ring.setOpen(Math.max(this.launched, clock.now() - LOOK_SECONDS));
    onRecording();
  }

  private async takeSegment({ file, start, end }: SegmentLine): Promise<void> {
    const { ring, onSegment } = this.options;
    const path = join(this.directory, file);
    const { jumpedAfter = Infinity } = this.timeline;
    // Sound without a picture, or pictures of which nobody knows when they were taken, are no footage.
    if (!this.timeline.timed) return rm(path, { force: true });
    const { from, to, stepped, ...clock } = this.timeline.close(start, end);
    if (start >= jumpedAfter) return;
    // A line means closed, not written: ffmpeg's segment muxer says nothing of a full disk.
    if ((await stat(path)).size === 0) throw diskFull(path);
    const offset = this.number === 0 ? await this.firstPicture(path) : 0;
    if (end > jumpedAfter) await this.cutShort(path, jumpedAfter - start);
    if (stepped) this.beginRun();
    await rm(join(this.videoOnlyDirectory, file), { force: true });
    const times = {
      from: Math.min(from + offset * (clock.rate ?? 1), to),
      to,
      ...clock,
      run: this.run,
      number: this.number++,
      measured: true,
    };
    onSegment(await ring.adopt(path, times));
    await freeSpace(this.options);
  }

  private beginRun(): void {
    this.run = this.newRun();
    this.number = 0;
  }

  private newRun(): string {
    return `${Math.floor(this.options.clock.now())}-${randomBytes(3).toString('hex')}`;
  }

  /**
   * A run's first segment counts from time stamp 0. Its first picture is shown so many seconds later, where sound came
   * before it, or earlier, where it came without time stamp and is put before pictures that it is needed for.
   */
  private async firstPicture(path: string): Promise<number> {
    return (await firstPictureTime(path, { clock: this.options.clock })) ?? 0;
  }

  /** Drops the frames behind a jump of time stamps, which would make the file as long as the jump. */
  private async cutShort(path: string, seconds: number): Promise<void> {
    const whole = `${path}.whole`;
    await rename(path, whole);
    const output = { url: path, options: ['-map', '0', '-c', 'copy', '-t', seconds.toFixed(6)] };
    const inputs = [{ url: `file:${whole}`, options: ['-f', 'mp4'] }];
    await runFfmpeg(ffmpegArguments({ inputs, outputs: [output] }), { clock: this.options.clock });
  }
}

function untimed(): V2xError {
  return new V2xError('camera', 'its pictures carry no times; convert it, for example to MP4');
}
