import { RoadRules, type RoadSettings } from './road/road-rules';
import type { Rules } from './rules';
import { SeedRules, type SeedSettings } from './seed-rules';

/** Which rules judge, and by what thresholds: nothing but data, so that it can be sent to the engine's thread. */
export type RuleSettings =
  ({ readonly mode: 'road' } & RoadSettings) | ({ readonly mode: 'seed' } & SeedSettings);

/** Makes the rules as they are before the first frame. */
export function newRules(settings: RuleSettings): Rules {
  return settings.mode === 'seed' ? new SeedRules(settings) : new RoadRules(settings);
}
