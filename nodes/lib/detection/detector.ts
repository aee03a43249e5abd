import type { Clock } from '../time/clock';
import type { RawFrame } from './frames/frame';
import { FrameWorker } from './worker/frame-worker';
import type { FrameResult, WorkerSettings } from './worker/protocol';
import { movingRatioOf, redRatioOf, type CameraFault, type Incident } from './rules/rules';

/** An incident with its evidence, ready for an event file. */
interface DetectedEvent extends Incident {
  /** When the frame arrived that decided it, Unix seconds. */
  readonly ts: number;
  readonly camera?: string;
  /** Shares of that frame's pixels. */
  readonly red_ratio: number;
  readonly moving_ratio?: number;
}

/** What was detected in one frame. */
export interface Detection {
  readonly events: readonly DetectedEvent[];
  /** The frame, when it raised an event and `keepFrames` is set. */
  readonly frame?: RawFrame;
  /** What is wrong with the camera, from this frame on. */
  readonly newFault?: CameraFault;
}

/** How the watching goes, since the report before. */
export interface Report {
  /** Shares of the latest frame's pixels; no moving ones in a first frame. */
  readonly red_ratio: number;
  readonly moving_ratio: number | null;
  /** Frames analysed per second. */
  readonly fps: number;
  /** Frames that came while the detector was busy. */
  readonly dropped: number;
  readonly engine: string;
  readonly fault: CameraFault | null;
}

/** When a frame arrived, in seconds by both clocks. */
interface Arrival {
  readonly wall: number;
  readonly monotonic: number;
}

export const arrival = (clock: Clock): Arrival => ({ wall: clock.now(), monotonic: clock.monotonic() });

interface DetectorOptions {
  readonly clock: Clock;
  /** Name of the camera, for the events. */
  readonly camera?: string | undefined;
  readonly worker: WorkerSettings;
  /** Whether detections with events hold the frame. */
  readonly keepFrames?: boolean;
}

/** Detects incidents in a stream of frames: engine and rules run in a worker; here their results become events. */
export class Detector {
  private readonly worker: FrameWorker;
  /** How often the rules were reset. */
  private generation = 0;
  private fault: CameraFault | undefined;
  private latest: FrameResult | undefined;
  private frames = 0;
  private dropped = 0;
  private reported: number;

  constructor(private readonly options: DetectorOptions) {
    this.worker = new FrameWorker(options.worker);
    this.reported = options.clock.monotonic();
  }

  /** Number of frames that are not analysed yet. */
  get pending(): number {
    return this.worker.pending;
  }

  /**
   * Analyses the next frame.
   * @throws V2xError `worker` when the worker died
   */
  async analyse(frame: RawFrame, arrived: Arrival): Promise<Detection> {
    // The worker takes the frame over, and may have the next one before an event is known.
    const copy = this.options.keepFrames ? { ...frame, data: frame.data.slice() } : undefined;
    const { generation } = this;
    const result = await this.worker.analyse({ ...frame, time: arrived.monotonic, generation });
    // The rules were reset in the meantime.
    if (result.generation !== this.generation) return { events: [] };
    const { incidents, fault } = result.verdict;
    const isNew = fault !== undefined && this.fault === undefined;
    this.fault = fault;
    this.latest = result;
    this.frames += 1;
    const events = incidents.map((incident) => this.event(incident, result, arrived.wall));
    return {
      events,
      ...(copy && events.length > 0 ? { frame: copy } : {}),
      ...(isNew ? { newFault: fault } : {}),
    };
  }

  /** Counts a frame that came while the detector was busy. */
  drop(): void {
    this.dropped += 1;
  }

  /** What was measured since the last report; undefined if no frame was analysed. */
  report(): Report | undefined {
    const now = this.options.clock.monotonic();
    const { latest, frames, dropped } = this;
    const seconds = now - this.reported;
    this.reported = now;
    this.frames = 0;
    this.dropped = 0;
    if (!latest || frames === 0) return undefined;
    const { red_ratio, moving_ratio = null } = ratiosOf(latest);
    const fps = Math.round((10 * frames) / seconds) / 10;
    return { red_ratio, moving_ratio, fps, dropped, engine: latest.engine, fault: this.fault ?? null };
  }

  /** Resets the rules; what they still find in frames from before no longer counts. */
  rearm(): void {
    this.generation += 1;
    this.fault = undefined;
  }

  /** Ends the worker; a frame that comes later is the first of a new stream. */
  async end(): Promise<void> {
    this.rearm();
    await this.worker.end();
  }

  private event(incident: Incident, result: FrameResult, ts: number): DetectedEvent {
    const confidence = rounded(incident.confidence);
    const camera = this.options.camera === undefined ? {} : { camera: this.options.camera };
    return { ts, ...incident, confidence, ...camera, ...ratiosOf(result) };
  }
}

function ratiosOf({ counts }: FrameResult): { red_ratio: number; moving_ratio?: number } {
  const red_ratio = rounded(redRatioOf(counts));
  const moving = movingRatioOf(counts);
  return moving === undefined ? { red_ratio } : { red_ratio, moving_ratio: rounded(moving) };
}

/** Six digits: finer than one pixel of a frame of 1280 x 720. */
function rounded(ratio: number): number {
  return Math.round(ratio * 1e6) / 1e6;
}
