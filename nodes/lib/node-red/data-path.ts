import { isAbsolute, join } from 'node:path';

/**
 * Where a directory setting points: absolute paths stand; relative ones are below the data root,
 * which is V2X_DATA or else `v2x` in Node-RED's user directory.
 */
export function dataPath(directory: string, userDir: string | undefined): string {
  if (isAbsolute(directory)) return directory;
  const root = process.env.V2X_DATA || join(userDir ?? process.cwd(), 'v2x');
  return join(root, directory);
}
