import type { Engine } from './engine';
import { ScalarEngine } from './scalar-engine';

const MAKERS = {
  builtin: () => new ScalarEngine(),
} as const satisfies Record<string, () => Engine>;

/** The engines a user can choose from. */
export type EngineChoice = keyof typeof MAKERS;

/** Makes an engine for one stream of frames. */
export function newEngine(choice: EngineChoice): Engine {
  return MAKERS[choice]();
}
