import type { Counts } from '../engine/engine';
import type { View } from './view';

/** What was seen, as it goes into the event. */
export interface Incident {
  readonly type: 'fire' | 'collision';
  readonly severity: 'high' | 'medium';
  /** 0.5 when the evidence was just at the rule's threshold, 1 when it was far beyond it. */
  readonly confidence: number;
}

/** Why a camera cannot be judged by: nearly no light, nothing but one tone, a picture that stands still, no sharp edges. */
export type CameraFault = 'dark' | 'covered' | 'frozen' | 'blurred';

/** One frame as the rules see it. */
export interface Reading {
  /** When it came, in seconds of a clock that never steps. */
  readonly time: number;
  readonly counts: Counts;
  readonly view: View;
}

export interface Verdict {
  readonly incidents: readonly Incident[];
  /** What is wrong with the camera at this frame, if something is. */
  readonly fault?: CameraFault;
}

/** A set of rules at some point of a stream of frames. */
export interface Rules {
  /** Judges the next frame. */
  judge(reading: Reading): Verdict;
}

/** Share of the red pixels; none where nothing is looked at. */
export function redRatioOf({ red, pixels }: Counts): number {
  return pixels === 0 ? 0 : red / pixels;
}

/** Share of moving pixels; undefined for a first frame. */
export function movingRatioOf({ moving, pixels }: Counts): number | undefined {
  if (moving === undefined) return undefined;
  return pixels === 0 ? 0 : moving / pixels;
}

/** A fire whose red share is `ratio`, by a rule that wants more than `threshold`. */
export function fire(ratio: number, threshold: number): Incident {
  const confidence = threshold === 0 ? 1 : Math.min(1, (0.5 * ratio) / threshold);
  return { type: 'fire', severity: 'high', confidence };
}

/** A standstill with a moving share of `ratio`, by a rule that wants less than `threshold`. */
export function standstill(ratio: number, threshold: number): Incident {
  return { type: 'collision', severity: 'medium', confidence: 1 - (0.5 * ratio) / threshold };
}
