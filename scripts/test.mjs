// Runs the tests with node:test, several files at a time.
//   npm test                      everything
//   npm test -- test/unit/clip    what lies below a path
//   npm run test:fast             test/unit: no tool, camera, broker or browser
//   npm run test:long             the full matrix and five minutes of each camera, see package.json
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

process.chdir(join(import.meta.dirname, '..'));
// Test files are TypeScript; their processes inherit this.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import tsx`.trim();

/** A file hangs when none of its tests begins or ends for this long, also on a machine with other work to do. */
const SILENCE_MS = 600_000;
const SLOWEST = 10;
const CORES = availableParallelism();
/** One more than there are cores: many files wait for a camera, a browser or Node-RED most of their time. */
const WORKERS = CORES + 1;
/** In this order, so that what takes long does not come last. */
const ROOMS = ['test/e2e/', 'test/media/', 'test/unit/'];

/** Of this run alone: another one in the same folder has other tests. */
const ENTRIES = mkdtempSync(join(tmpdir(), 'v2x-test-entries-'));

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

/**
 * What each process runs: one file, but a share of all unit tests, which are over sooner than their processes start.
 * @returns name and entry of each, in the order in which they begin
 */
function processesFor(files) {
  const isUnit = (name) => name.startsWith('test/unit/');
  const place = (name) =>
    (ROOMS.findIndex((room) => name.startsWith(room)) + ROOMS.length + 1) % (ROOMS.length + 1);
  const shares = Array.from({ length: CORES }, (_, share) =>
    files.filter(isUnit).filter((_, index) => index % CORES === share),
  ).filter((share) => share.length > 0);
  const single = files.filter((name) => !isUnit(name)).map((name) => ({ name, entry: name }));
  const shared = shares.map((share, index) => ({
    name: `test/unit/ (share ${index + 1} of ${shares.length})`,
    entry: entryFor(share, `unit-${index + 1}.test.mjs`),
  }));
  return [...single, ...shared].sort((a, b) => place(a.name) - place(b.name));
}

/** Writes a module that imports several test files. */
function entryFor(files, name) {
  const entry = join(ENTRIES, name);
  writeFileSync(entry, files.map((file) => `import ${JSON.stringify(resolve(file))};\n`).join(''));
  return entry;
}

/** Runs one process; its report is printed when it has ended, so that those side by side do not mix. */
async function runProcess({ name, entry }) {
  const began = performance.now();
  const hang = new AbortController();
  const timer = setTimeout(() => hang.abort(), SILENCE_MS);
  const stream = run({ files: [entry], signal: hang.signal });
  for (const event of ['test:start', 'test:pass', 'test:fail']) stream.on(event, () => timer.refresh());
  stream.on('test:pass', (test) => {
    if (test.skip !== undefined && test.skip !== false) {
      count.skipped += 1;
      skipped.push(`${test.name}: ${test.skip}`);
    } else if (test.details.type !== 'suite') count.passed += 1;
    addDuration(name === entry ? name : relative('.', test.file ?? name), test);
  });
  stream.on('test:fail', (test) => {
    // A suite that failed only because of its tests is counted by them.
    if (test.details.error?.failureType !== 'subtestsFailed') count.failed += 1;
    addDuration(name === entry ? name : relative('.', test.file ?? name), test);
  });
  const report = [];
  for await (const part of stream.compose(spec)) report.push(part);
  clearTimeout(timer);
  if (hang.signal.aborted) {
    count.failed += 1;
    report.push(`${name} hangs: no test began or ended for ${SILENCE_MS / 1000} s\n`);
  }
  const took = ((performance.now() - began) / 1000).toFixed(1);
  // The runner's own totals are of this process alone.
  process.stdout.write(`${name} (${took} s)\n${withoutTotals(report.join(''))}`);
}

/** Adds what a file's outermost tests took, those below them included. */
function addDuration(file, { nesting, details }) {
  if (nesting === 0) seconds.set(file, (seconds.get(file) ?? 0) + details.duration_ms / 1000);
}

function withoutTotals(report) {
  return report.replace(/^.*ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*\n/gm, '');
}

const began = performance.now();
const waiting = processesFor(chosenFiles());
async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) await runProcess(next);
}
await Promise.all(Array.from({ length: WORKERS }, work));
rmSync(ENTRIES, { recursive: true });

const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, SLOWEST);
console.log(`\nThe slowest of ${seconds.size} files:`);
for (const [file, duration] of slowest) console.log(`${duration.toFixed(1).padStart(7)} s  ${file}`);
for (const line of skipped) console.log(`skipped ${line}`);
const mustNotSkip = Boolean(process.env.CI) && count.skipped > 0;
if (mustNotSkip) console.error('In CI nothing may be skipped.');
if (count.passed === 0) console.error('No test ran.');
const total = ((performance.now() - began) / 1000).toFixed(0);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped in ${total} s`);
// A program that a hanging test left behind may hold our pipes open; it must not keep the run from ending.
process.exit(count.failed > 0 || mustNotSkip || count.passed === 0 ? 1 : 0);
