/*
 * The messages between the detector and its worker, a thread or a process: settings once, then a request and its
 * answer for each frame, in order.
 */
import type { PlainError } from '../../errors';
import type { Area } from '../areas';
import type { Counts } from '../engine/engine';
import type { EngineChoice } from '../engine/engines';
import type { RawFrame } from '../frames/frame';
import type { RuleSettings } from '../rules/rule-sets';
import type { Verdict } from '../rules/rules';

/** What a worker gets when it starts. */
export interface WorkerSettings {
  readonly engine: EngineChoice;
  /** What is looked at; all if there are no areas. */
  readonly areas?: readonly Area[];
  readonly rules: RuleSettings;
}

/** A frame to analyse. */
export interface FrameRequest extends RawFrame {
  /** When it arrived, in seconds of a clock that never steps. */
  readonly time: number;
  /** Counts how often the rules were reset: they start afresh with the first frame of another number. */
  readonly generation: number;
}

/** The answer: what a frame showed. */
export interface FrameResult {
  /** Name of the engine that counted. */
  readonly engine: string;
  readonly counts: Counts;
  readonly verdict: Verdict;
  /** That of the request. */
  readonly generation: number;
}

/** The answer of a worker that has no engine. */
export interface Failure {
  readonly failure: PlainError;
}
