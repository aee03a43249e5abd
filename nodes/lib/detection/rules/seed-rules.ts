import type { Counts } from '../engine/engine';
import { SEED_SETTINGS } from './default-settings';
import {
  fire,
  movingRatioOf,
  redRatioOf,
  standstill,
  type Incident,
  type Reading,
  type Rules,
  type Verdict,
} from './rules';

export interface SeedSettings {
  /** Share of red pixels above which a frame speaks for fire. */
  readonly redRatio: number;
  /** How far such frames must outnumber others. */
  readonly fireFrames: number;
  /** Share of moving pixels below which a frame is still. */
  readonly stillRatio: number;
  /** How many frames in a row must be still. */
  readonly stillFrames: number;
}

/** Where the two counters stand. */
interface SeedState {
  readonly red: number;
  readonly still: number;
}

export const SEED_START: SeedState = { red: 0, still: 0 };

/** The rules of the seed's detector_stub.py, frame for frame. */
export class SeedRules implements Rules {
  private state = SEED_START;

  constructor(private readonly settings: SeedSettings = SEED_SETTINGS) {}

  judge({ counts }: Reading): Verdict {
    const { state, incidents } = seedStep(this.state, counts, this.settings);
    this.state = state;
    return { incidents };
  }
}

/**
 * The seed's two rules, one frame on.
 *
 * Fire: a frame with more red than `redRatio` raises a counter, any other lowers it, to 0 at least.
 * Stillness: a frame with less motion than `stillRatio` raises a counter, any other sets it to 0; a first frame,
 * with nothing to compare to, does neither. A counter that reaches its number raises an incident and starts at 0 again.
 */
export function seedStep(
  state: SeedState,
  counts: Counts,
  settings: SeedSettings,
): { readonly state: SeedState; readonly incidents: readonly Incident[] } {
  const redRatio = redRatioOf(counts);
  const movingRatio = movingRatioOf(counts);
  const red = Math.max(0, state.red + (redRatio > settings.redRatio ? 1 : -1));
  const still = stillCounter(state.still, movingRatio, settings.stillRatio);
  const incidents: Incident[] = [];
  if (red >= settings.fireFrames) incidents.push(fire(redRatio, settings.redRatio));
  if (still >= settings.stillFrames) incidents.push(standstill(movingRatio ?? 0, settings.stillRatio));
  return {
    state: {
      red: red >= settings.fireFrames ? 0 : red,
      still: still >= settings.stillFrames ? 0 : still,
    },
    incidents,
  };
}

function stillCounter(before: number, movingRatio: number | undefined, threshold: number): number {
  if (movingRatio === undefined) return before;
  return movingRatio < threshold ? before + 1 : 0;
}
