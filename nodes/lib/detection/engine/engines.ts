import type { Engine } from './engine';
import { loadOpenCv } from './opencv';
import { OpenCvEngine } from './opencv-engine';
import { ScalarEngine } from './scalar-engine';
import { SimdEngine } from './simd-engine';

const MAKERS = {
  builtin: () => (SimdEngine.isAvailable() ? new SimdEngine() : new ScalarEngine()),
  opencv: () => new OpenCvEngine(loadOpenCv()),
} as const satisfies Record<string, () => Engine>;

/**
 * The engines a user can choose from. There is no automatic choice: both count the same, and the built-in one is the
 * faster of the two, needs nothing installed and no process of its own.
 */
export type EngineChoice = keyof typeof MAKERS;

/**
 * Makes an engine for one stream of frames.
 * @throws V2xError `engine` when it needs something that is not installed or cannot be loaded
 */
export function newEngine(choice: EngineChoice): Engine {
  return MAKERS[choice]();
}
