import { randomBytes } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../../errors';
import { ffmpegArguments } from '../../ffmpeg/command';
import { runFfmpeg } from '../../ffmpeg/run';
import { LineSplitter } from '../../ffmpeg/stderr';
import type { RecorderOptions } from '../options';
import { isGuessedTime } from './encoding';
import { firstPictureTime, placeFirstPicture } from '../times/first-picture';
import { diskFull, freeSpace } from '../ring/free-space';
import { RunLogReader, type FrameLine, type FrameTimes, type SegmentLine } from './run-log';
import { VIDEO_ONLY_DIRECTORY } from '../names';
import type { RunMonitor } from './run-monitor';
import { RunTimeline } from '../times/timeline';

/** The first frames of many cameras have no time stamp; after this many without one, no frame will have one. */
const MAX_UNTIMED = 100;
/** Seconds by which the first frames may be logged late, because ffmpeg first looks into the stream. */
const LOOK_SECONDS = 5;

/** How ffmpeg hands on a camera's frames. */
export interface FrameDelivery {
  /** Whether a frame is logged only when the next one begins to arrive. */
  readonly isHeldBack: boolean;
  /** Seconds before the second frame to which a first one without time stamp is put; 0 where it has one. */
  readonly guessedLead: number;
}

/** The segments that one ffmpeg process writes, on their way into the ring. */
export class RunSegments {
  /** Where ffmpeg writes them, named by number. */
  readonly directory: string;
  /** Where it writes copies without sound, by the same numbers. */
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
  /** Whether the time of the first recorded picture is a guess of ffmpeg. */
  private isFirstGuessed = false;

  /**
   * @param onJump called when time stamps have jumped: from then on ffmpeg cuts in the wrong places, and must end
   * @param monitor is given each packet
   */
  constructor(
    private readonly options: RecorderOptions,
    private readonly onJump: () => void,
    private readonly delivery: FrameDelivery,
    private readonly monitor: RunMonitor,
  ) {
    this.run = this.newRun();
    this.directory = join(options.ring.workDirectory, this.run);
    this.videoOnlyDirectory = join(this.directory, VIDEO_ONLY_DIRECTORY);
    this.timeline = new RunTimeline(options.clock, delivery.isHeldBack);
    this.launched = options.clock.now();
  }

  /** Takes what ffmpeg prints. */
  async takeLog(chunk: Buffer): Promise<void> {
    this.splitter.push(chunk.toString('latin1'));
    if (this.timeline.settled) await this.finish();
  }

  /** Adds what has closed so far to the ring, when no more frames are needed to know its times. */
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
    if (this.recording) this.timeline.frame(times);
    else this.begin(times);
    if (!this.timeline.timed && ++this.untimed > MAX_UNTIMED) throw untimed();
  }

  private begin(times: FrameTimes | undefined): void {
    const { clock, ring, onRecording } = this.options;
    const { guessedLead } = this.delivery;
    this.recording = true;
    this.isFirstGuessed = guessedLead > 0 && isGuessedTime(times?.pts);
    this.timeline.frame(this.isFirstGuessed ? undefined : times);
    ring.setOpen(Math.max(this.launched, clock.now() - LOOK_SECONDS));
    onRecording();
  }

  private async takeSegment({ file, start, end }: SegmentLine): Promise<void> {
    const { ring, onSegment } = this.options;
    const path = join(this.directory, file);
    const { jumpedAfter = Infinity } = this.timeline;
    // Sound without pictures, or pictures whose times nobody knows, are no footage.
    if (!this.timeline.timed) return rm(path, { force: true });
    const { from, to, stepped, ...clock } = this.timeline.close(start, end);
    if (start >= jumpedAfter) return;
    // A line means closed, not written: ffmpeg's segment muxer does not report a full disk.
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
   * A run's first segment counts from time stamp 0. Its first picture is later where sound came before it, and earlier
   * where its own time stamp was missing.
   * @returns the time of the first picture, in seconds of the file
   */
  private async firstPicture(path: string): Promise<number> {
    const { clock } = this.options;
    if (this.isFirstGuessed) await placeFirstPicture(path, clock);
    this.isFirstGuessed = false;
    return (await firstPictureTime(path, { clock })) ?? 0;
  }

  /** Drops the frames after a jump of time stamps, which would make the file as long as the jump. */
  private async cutShort(path: string, seconds: number): Promise<void> {
    const whole = `${path}.whole`;
    await rename(path, whole);
    const output = { url: path, options: ['-map', '0', '-c', 'copy', '-t', seconds.toFixed(6)] };
    const inputs = [{ url: `file:${whole}`, options: ['-f', 'mp4'] }];
    await runFfmpeg(ffmpegArguments({ inputs, outputs: [output] }), { clock: this.options.clock });
  }
}

function untimed(): V2xError {
  return new V2xError('camera', 'its video has no timestamps; convert it, for example to MP4');
}
