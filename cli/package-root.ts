import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's root: the command runs bundled as `dist/cli/v2x.js`, and in tests from its source. */
export const PACKAGE_ROOT = rootAbove(__dirname);

function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory));
}
