// Builds unless dist is newer than all that it is made of, so that `npm start` starts at once, and packing does not take
// dist away from what uses it.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));

const SOURCES = ['nodes', 'cli', 'scripts', 'package.json', 'package-lock.json'];

/** When it was changed last, in milliseconds; a directory changes also when a file in it comes or goes. */
function changed(path) {
  const info = statSync(path);
  const within = info.isDirectory() ? readdirSync(path).map((name) => changed(join(path, name))) : [];
  return Math.max(info.mtimeMs, ...within);
}

/** When the last build that ended well began; 0 without one. */
function built() {
  return statSync('dist/alert.schema.json', { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const configs = readdirSync('.').filter((name) => /^tsconfig.*\.json$/.test(name));
if ([...SOURCES, ...configs].some((path) => changed(path) >= built())) await import('./build.mjs');
