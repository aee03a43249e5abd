import type { Frame } from './frame';

/** What the rules judge a frame by: numbers of pixels. */
export interface Counts {
  readonly pixels: number;
  /** Red ones: HSV from (0, 70, 50) to (10, 255, 255) or from (170, 70, 50) to (180, 255, 255), OpenCV's 8-bit HSV. */
  readonly red: number;
  /**
   * Those that differ by more than 25 of 255 from the frame before, both gray and smoothed with a Gaussian 5x5.
   * Undefined for a first frame, also after a change of size.
   */
  readonly moving: number | undefined;
}

/** The pixel work behind the rules. Every engine counts exactly what OpenCV 4 counts. */
export interface Engine {
  /** As the status shows it. */
  readonly name: string;
  /** Counts one frame of a stream; the engine remembers it for the next one. */
  count(frame: Frame): Counts;
}
