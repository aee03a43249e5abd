import type { Engine } from './engine';
import { ScalarEngine } from './scalar-engine';
import { SimdEngine } from './simd-engine';

const MAKERS = {
  builtin: () => (SimdEngine.isAvailable() ? new SimdEngine() : new ScalarEngine()),
} as const satisfies Record<string, () => Engine>;

/** The engines a user can choose from. */
export type EngineChoice = keyof typeof MAKERS;

/** Makes an engine for one stream of frames. */
export function newEngine(choice: EngineChoice): Engine {
  return MAKERS[choice]();
}
