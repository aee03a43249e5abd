import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findOpenCv } from '../../../../nodes/lib/detection/engine/opencv';

/** Where `npm test` builds the bindings to the system's OpenCV. */
export const BINDINGS = join(__dirname, '../../../../.cache/opencv');

function bindings(): string | undefined {
  try {
    const path = findOpenCv([BINDINGS]);
    const { status } = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(path)})`]);
    return status === 0 ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The bindings' file, when they are installed and can be loaded. */
export const openCvPath = bindings();

/** Why the engine on OpenCV cannot be tested here, as node:test takes it; false when it can. */
export const withoutBindings = openCvPath ? false : 'scripts/install-opencv.sh .cache/opencv was not run';
