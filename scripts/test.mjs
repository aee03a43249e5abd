// Runs the tests with node:test: unit and node tests side by side, then the end-to-end tests one after the other,
// since they measure times. `npm test -- test/lib/clip` runs only the files below a path.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

process.chdir(join(import.meta.dirname, '..'));
// Test files are TypeScript; their processes inherit this.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import tsx`.trim();

const chosen = process.argv.slice(2).map((path) => path.replace(/\/$/, ''));
const files = readdirSync('test', { recursive: true })
  .map((name) => join('test', name))
  .filter((name) => name.endsWith('.test.ts'))
  .filter(
    (name) => chosen.length === 0 || chosen.some((path) => name === path || name.startsWith(`${path}/`)),
  )
  .sort();
/** What takes longer hangs: the slowest file takes half of it on a loaded machine. */
const FILE_TIMEOUT_MS = 420_000;
const isEndToEnd = (name) => name.startsWith('test/e2e/');
const count = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];

async function runGroup(group, concurrency) {
  if (group.length === 0) return;
  const stream = run({ files: group, concurrency, timeout: FILE_TIMEOUT_MS });
  stream.on('test:pass', ({ name, skip, details }) => {
    if (skip !== undefined && skip !== false) {
      count.skipped += 1;
      skipped.push(`${name}: ${skip}`);
    } else if (details.type !== 'suite') count.passed += 1;
  });
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') count.failed += 1;
  });
  const report = stream.compose(spec);
  report.pipe(process.stdout, { end: false });
  await new Promise((resolve) => report.on('end', resolve));
}

await runGroup(
  files.filter((name) => !isEndToEnd(name)),
  2,
);
await runGroup(files.filter(isEndToEnd), 1);

for (const line of skipped) console.log(`skipped ${line}`);
const mustNotSkip = Boolean(process.env.CI) && count.skipped > 0;
if (mustNotSkip) console.error('In CI nothing may be skipped.');
if (count.passed === 0) console.error('No test ran.');
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
// A program that a hanging test left behind may hold our pipes open; it must not keep the run from ending.
process.exit(count.failed > 0 || mustNotSkip || count.passed === 0 ? 1 : 0);
