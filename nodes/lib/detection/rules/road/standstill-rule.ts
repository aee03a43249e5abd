import { standstill, type Incident } from '../rules';

interface StandstillSettings {
  /** Share of moving pixels below which a frame is still. */
  readonly stillRatio: number;
  /** For how long, in seconds. */
  readonly stillSeconds: number;
  /** And in at least this many frames in a row, however slowly they arrive. */
  readonly evidenceFrames: number;
}

/** What the rule knows of a frame. */
interface Motion {
  /** Seconds since the frame before. */
  readonly seconds: number;
  /** Share of moving pixels. */
  readonly movingRatio: number;
  /** Share of what is looked at where something stands that drove in; read only when stillness has lasted. */
  readonly stoppedRatio: number;
  /** For how long frames have been bit-identical, in seconds. */
  readonly identicalSeconds: number;
}

/** Seconds of motion without a break that make traffic. */
const TRAFFIC_SECONDS = 0.5;
/** Share of what is looked at that something must take up to be a vehicle: 1 car of 60 x 20 pixels at 640 x 360. */
const VEHICLE_RATIO = 0.005;

/**
 * Traffic that comes to a stop: after motion, the picture is still for long enough and something stands there that
 * drove in. An empty road does not count, nor a picture that froze in mid-motion. One incident until motion returns.
 */
export class StandstillRule {
  private movingSeconds = 0;
  private stillSeconds = 0;
  private stillFrames = 0;
  /** `waiting` for traffic, `armed` by it, `raised` until the next. */
  private state: 'waiting' | 'armed' | 'raised' = 'waiting';

  constructor(private readonly settings: StandstillSettings) {}

  /** Whether what stands in a still picture is evidence, not part of the road. */
  get holdsEvidence(): boolean {
    return this.state !== 'waiting' && this.stillSeconds > 0;
  }

  judge(motion: Motion): Incident | undefined {
    const { seconds, movingRatio, identicalSeconds } = motion;
    if (movingRatio >= this.settings.stillRatio) {
      this.stillSeconds = 0;
      this.stillFrames = 0;
      this.movingSeconds += seconds;
      if (this.movingSeconds >= TRAFFIC_SECONDS) this.state = 'armed';
      return undefined;
    }
    this.movingSeconds = 0;
    this.stillSeconds += seconds;
    this.stillFrames += 1;
    if (this.state !== 'armed' || !this.isOver(identicalSeconds)) return undefined;
    const stands = motion.stoppedRatio >= VEHICLE_RATIO;
    this.state = stands ? 'raised' : 'waiting';
    return stands ? standstill(movingRatio, this.settings.stillRatio) : undefined;
  }

  private isOver(identicalSeconds: number): boolean {
    const { stillSeconds, evidenceFrames } = this.settings;
    const longEnough = this.stillSeconds >= stillSeconds && this.stillFrames >= evidenceFrames;
    return longEnough && identicalSeconds < this.stillSeconds;
  }
}
