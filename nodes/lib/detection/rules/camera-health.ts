import { BYTES_PER_PIXEL, type Frame } from '../frames/frame';
import type { CameraFault } from './rules';
import type { View } from './view';

/** Seconds a fault must last: a lorry before the lens is no fault. */
const HOLD_SECONDS = 3;
/** Seconds without any fault after which it is over: drops on the lens and fog come and go. */
const CLEAR_SECONDS = 60;
/** Seconds of bit-identical pictures; cameras that send a still picture sparingly renew it more often. */
const FROZEN_SECONDS = 15;
/** Mean level below which there is nearly no light. */
const DARK = 10;
/** Standard deviation, in levels, below which a picture is of one tone. */
const UNIFORM = 4;
/** Share of the usual sharpness below which a picture is blurred. */
const BLURRED = 0.35;
/** Seconds over which usual sharpness is averaged, and the seconds it takes before anything counts as usual. */
const USUAL_SECONDS = 120;
const SETTLING_SECONDS = 10;

/**
 * Tells whether a camera still shows the road. Faults that follow each other closely are one, named after the first:
 * a storm drenches, fogs and darkens a lens by turns.
 */
export class CameraHealth {
  private fault: CameraFault | undefined;
  /** For how long pictures have been bad without a break, while there is no fault. */
  private badSeconds = 0;
  /** For how long pictures have been good without a break, while there is one. */
  private goodSeconds = 0;
  private identical = 0;
  private usualSharpness = 0;
  private age = 0;

  /** Seconds for which pictures have been bit-identical. */
  get identicalSeconds(): number {
    return this.identical;
  }

  /** Whether the latest picture can be judged: also during a fault, where it has been good for a moment. */
  get isFit(): boolean {
    return this.fault === undefined || this.goodSeconds >= HOLD_SECONDS;
  }

  /**
   * @param seconds since the frame before
   * @returns the fault that has lasted, if any
   */
  judge(view: View, seconds: number): CameraFault | undefined {
    this.identical = view.identical ? this.identical + seconds : 0;
    const seen = this.look(view);
    if (this.fault === undefined) this.awaitFault(seen, seconds);
    else this.awaitEnd(seen, seconds);
    if (seen === undefined) this.learn(view.sharpness, seconds);
    return this.fault;
  }

  private awaitFault(seen: CameraFault | undefined, seconds: number): void {
    this.badSeconds = seen === undefined ? 0 : this.badSeconds + seconds;
    if (this.badSeconds < HOLD_SECONDS) return;
    this.fault = seen;
    this.goodSeconds = 0;
  }

  private awaitEnd(seen: CameraFault | undefined, seconds: number): void {
    this.goodSeconds = seen === undefined ? this.goodSeconds + seconds : 0;
    if (this.goodSeconds < CLEAR_SECONDS) return;
    this.fault = undefined;
    this.badSeconds = 0;
  }

  private look({ thumbnail, sharpness }: View): CameraFault | undefined {
    const { mean, deviation } = statistics(thumbnail);
    if (mean < DARK) return 'dark';
    if (deviation < UNIFORM) return 'covered';
    if (this.identical >= FROZEN_SECONDS) return 'frozen';
    const settled = this.age >= SETTLING_SECONDS;
    return settled && sharpness < BLURRED * this.usualSharpness ? 'blurred' : undefined;
  }

  private learn(sharpness: number, seconds: number): void {
    if (seconds <= 0) return;
    this.age += seconds;
    const weight = seconds / Math.min(USUAL_SECONDS, this.age);
    this.usualSharpness += weight * (sharpness - this.usualSharpness);
  }
}

/** Mean level over all colours, and the standard deviation of the colour that varies most. */
function statistics({ data }: Frame): { mean: number; deviation: number } {
  const colours = [0, 1, 2].map((colour) => {
    let sum = 0;
    let squares = 0;
    for (let at = colour; at < data.length; at += BYTES_PER_PIXEL) {
      sum += data[at]!;
      squares += data[at]! * data[at]!;
    }
    const cells = data.length / BYTES_PER_PIXEL;
    const mean = sum / cells;
    return { mean, deviation: Math.sqrt(Math.max(0, squares / cells - mean * mean)) };
  });
  return {
    mean: colours.reduce((sum, { mean }) => sum + mean / colours.length, 0),
    deviation: Math.max(...colours.map(({ deviation }) => deviation)),
  };
}
