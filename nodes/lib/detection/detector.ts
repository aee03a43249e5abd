import type { Clock } from '../clock';
import type { Counts } from './engine';
import type { RawFrame } from './frame';
import { FrameWorker } from './frame-worker';
import { movingRatioOf, seedStep, SEED_START, type Incident, type SeedSettings } from './rules';

/** An incident with its evidence, ready for an event file. */
export interface DetectedEvent extends Incident {
  /** When the frame arrived that decided it, Unix seconds. */
  readonly ts: number;
  readonly camera?: string;
  /** Shares of that frame's pixels. */
  readonly red_ratio: number;
  readonly moving_ratio?: number;
}

/** How the watching goes, since the report before. */
export interface Report {
  /** Shares of the latest frame's pixels; no moving ones in a first frame. */
  readonly red_ratio: number;
  readonly moving_ratio: number | null;
  /** Frames per second that were judged. */
  readonly fps: number;
  /** Frames that came while the detector was busy. */
  readonly dropped: number;
  readonly engine: string;
}

/** Judges a stream of frames: the engine counts in its thread, the rules decide. */
export class Detector {
  private readonly worker = new FrameWorker();
  private state = SEED_START;
  private latest: Counts | undefined;
  private frames = 0;
  private dropped = 0;
  private reported: number;

  constructor(
    private readonly clock: Clock,
    private readonly settings: SeedSettings,
    private readonly camera?: string,
  ) {
    this.reported = clock.monotonic();
  }

  /** Frames that are not judged yet. */
  get pending(): number {
    return this.worker.pending;
  }

  /**
   * Judges the next frame.
   * @param time when it arrived, Unix seconds
   * @throws V2xError `worker` when the engine's thread died
   */
  async judge(frame: RawFrame, time: number): Promise<DetectedEvent[]> {
    const counts = await this.worker.count(frame);
    const { state, incidents } = seedStep(this.state, counts, this.settings);
    this.state = state;
    this.latest = counts;
    this.frames += 1;
    return incidents.map((incident) => this.event(incident, counts, time));
  }

  /** Notes that a frame came that nobody had time for. */
  drop(): void {
    this.dropped += 1;
  }

  /** What was measured since the last report; undefined when no frame was judged. */
  report(): Report | undefined {
    const now = this.clock.monotonic();
    const { latest, frames, dropped } = this;
    const seconds = now - this.reported;
    this.reported = now;
    this.frames = 0;
    this.dropped = 0;
    if (!latest || frames === 0) return undefined;
    const moving = movingRatioOf(latest);
    return {
      red_ratio: rounded(latest.red / latest.pixels),
      moving_ratio: moving === undefined ? null : rounded(moving),
      fps: Math.round((10 * frames) / seconds) / 10,
      dropped,
      engine: this.worker.engine,
    };
  }

  /** The rules start afresh. */
  rearm(): void {
    this.state = SEED_START;
  }

  /** Ends the thread; a frame that comes later is the first of a new stream. */
  async end(): Promise<void> {
    this.rearm();
    await this.worker.end();
  }

  private event(incident: Incident, counts: Counts, ts: number): DetectedEvent {
    const moving = movingRatioOf(counts);
    return {
      ts,
      ...incident,
      confidence: rounded(incident.confidence),
      ...(this.camera === undefined ? {} : { camera: this.camera }),
      red_ratio: rounded(counts.red / counts.pixels),
      ...(moving === undefined ? {} : { moving_ratio: rounded(moving) }),
    };
  }
}

/** Six digits: finer than one pixel of a frame of 1280 x 720. */
function rounded(ratio: number): number {
  return Math.round(ratio * 1e6) / 1e6;
}
