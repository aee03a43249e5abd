import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** What npm says it would publish. */
export interface Published {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** Asks npm what it would publish of what is built. */
export function published(): Published {
  const built = () => statSync('dist/alert.schema.json').mtimeMs;
  const before = built();
  const report = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // npm 10 runs `prepare` all the same. A build would take the texts away from other tests meanwhile.
  assert.equal(built(), before, 'npm has built the package while tests run');
  return (JSON.parse(report) as [Published])[0];
}
