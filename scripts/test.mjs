// Runs the tests with node:test, two files at a time.
//   npm test                      everything
//   npm test -- test/unit/clip    what lies below a path
//   npm run test:fast             test/unit: no tool, camera, broker or browser
//   npm run test:long             the full matrix and five minutes of each camera, see package.json
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

process.chdir(join(import.meta.dirname, '..'));
// Test files are TypeScript; their processes inherit this.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import tsx`.trim();

/** A file hangs when none of its tests begins or ends for this long, also on a machine with other work to do. */
const SILENCE_MS = 600_000;
const SLOWEST = 10;
const END_TO_END = 'test/e2e/';

const paths = process.argv.slice(2).map((path) => path.replace(/\/$/, ''));
const count = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];
const seconds = new Map();

function chosenFiles() {
  const isChosen = (name) =>
    paths.length === 0 || paths.some((path) => name === path || name.startsWith(`${path}/`));
  return readdirSync('test', { recursive: true })
    .map((name) => join('test', name))
    .filter((name) => name.endsWith('.test.ts') && isChosen(name))
    .sort();
}

/** Runs one file; its report is printed when it has ended, so that files side by side do not mix. */
async function runFile(file) {
  const began = performance.now();
  const hang = new AbortController();
  const timer = setTimeout(() => hang.abort(), SILENCE_MS);
  const stream = run({ files: [file], signal: hang.signal });
  for (const event of ['test:start', 'test:pass', 'test:fail']) stream.on(event, () => timer.refresh());
  stream.on('test:pass', ({ name, skip, details }) => {
    if (skip !== undefined && skip !== false) {
      count.skipped += 1;
      skipped.push(`${name}: ${skip}`);
    } else if (details.type !== 'suite') count.passed += 1;
  });
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') count.failed += 1;
  });
  const report = [];
  for await (const part of stream.compose(spec)) report.push(part);
  clearTimeout(timer);
  if (hang.signal.aborted) {
    count.failed += 1;
    report.push(`${file} hangs: no test began or ended for ${SILENCE_MS / 1000} s\n`);
  }
  seconds.set(file, (performance.now() - began) / 1000);
  // The runner's own totals are of this file alone.
  process.stdout.write(`${file} (${seconds.get(file).toFixed(1)} s)\n${withoutTotals(report.join(''))}`);
}

function withoutTotals(report) {
  return report.replace(/^.*ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*\n/gm, '');
}

/** The longest come first, so that no core idles at the end. */
function longestFirst(files) {
  const isLong = (name) => name.startsWith(END_TO_END);
  return [...files.filter(isLong), ...files.filter((name) => !isLong(name))];
}

const waiting = longestFirst(chosenFiles());
async function work() {
  for (let file = waiting.shift(); file; file = waiting.shift()) await runFile(file);
}
await Promise.all([work(), work()]);

const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, SLOWEST);
console.log(`\nThe slowest of ${seconds.size} files:`);
for (const [file, duration] of slowest) console.log(`${duration.toFixed(1).padStart(7)} s  ${file}`);
for (const line of skipped) console.log(`skipped ${line}`);
const mustNotSkip = Boolean(process.env.CI) && count.skipped > 0;
if (mustNotSkip) console.error('In CI nothing may be skipped.');
if (count.passed === 0) console.error('No test ran.');
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
// A program that a hanging test left behind may hold our pipes open; it must not keep the run from ending.
process.exit(count.failed > 0 || mustNotSkip || count.passed === 0 ? 1 : 0);
