import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's root: the command runs bundled as `dist/cli/v2x.js`, and in tests from its source. */
export const PACKAGE_ROOT = rootAbove(__dirname);

/** The version of the package in a directory. */
export function versionIn(directory: string): string {
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory));
}
