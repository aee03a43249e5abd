import { BYTES_PER_PIXEL, type Frame } from '../frames/frame';
import type { CameraFault } from './rules';
import type { View } from './view';

/** Seconds a fault must last before it is one, and be gone before it is over: a lorry before the lens is none. */
const HOLD_SECONDS = 3;
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

/** Tells whether a camera still shows the road. */
export class CameraHealth {
  private fault: CameraFault | undefined;
  private disagreement = 0;
  private identical = 0;
  private usualSharpness = 0;
  private age = 0;

  /** Seconds for which pictures have been bit-identical. */
  get identicalSeconds(): number {
    return this.identical;
  }

  /**
   * @param seconds since the frame before
   * @returns the fault that has lasted, if any
   */
  judge(view: View, seconds: number): CameraFault | undefined {
    this.identical = view.identical ? this.identical + seconds : 0;
    const seen = this.look(view);
    this.disagreement = seen === this.fault ? 0 : this.disagreement + seconds;
    if (this.disagreement >= HOLD_SECONDS) {
      this.fault = seen;
      this.disagreement = 0;
    }
    if (seen === undefined) this.learn(view.sharpness, seconds);
    return this.fault;
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
      sum += data[at];
      squares += data[at] * data[at];
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
