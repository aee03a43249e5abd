import { randomBytes, randomInt } from 'node:crypto';

/** What became of so many hostile inputs. */
export interface FuzzResult {
  readonly runs: number;
  readonly seconds: number;
  /** How often each outcome came. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How much the heap grew after a warm-up tenth, once garbage was collected. */
  readonly leakedBytes: number;
}

/** Pieces that parsers stumble over. */
const PIECES = [
  '',
  '.',
  '..',
  '=',
  '\0',
  '"',
  '{}',
  '[[[[',
  '{"alg":"none"}',
  'NaN',
  '1e999',
  '-0',
  '\\ud800',
  '\ufeff',
  '__proto__',
  'constructor',
  '\u{10ffff}',
].map((text) => Buffer.from(text));

/** Changes a few bytes of one of the seeds: flips, cuts, repeats, joins, or replaces pieces; or gives plain noise. */
export function mutate(seeds: readonly Buffer[]): Buffer {
  if (randomInt(20) === 0) return randomBytes(randomInt(1400));
  let bytes = pick(seeds);
  for (let steps = 1 + randomInt(3); steps > 0; steps -= 1) bytes = change(bytes, seeds);
  return bytes;
}

function change(bytes: Buffer, seeds: readonly Buffer[]): Buffer {
  const at = randomInt(bytes.length + 1);
  const to = Math.min(bytes.length, at + randomInt(1, 40));
  const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  const changes = [
    () => flip(bytes, at),
    () => Buffer.concat([before, after]),
    () => Buffer.concat([before, middle, middle, after]),
    () => Buffer.concat([before, pick(PIECES), after]),
    () => Buffer.concat([before, pick(PIECES), middle, after]),
    () => Buffer.concat([before, pick(seeds).subarray(at)]),
    () => Buffer.concat([before, randomBytes(middle.length), after]),
  ];
  return pick(changes)();
}

function flip(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  if (at < flipped.length) flipped[at] ^= 1 << randomInt(8);
  return flipped;
}

export function pick<Item>(items: readonly Item[]): Item {
  return items[randomInt(items.length)];
}

/** Runs a check again and again, so many times or so many seconds at most, and counts its outcomes. */
export async function fuzz(
  runs: number,
  seconds: number,
  check: () => string | Promise<string>,
): Promise<FuzzResult> {
  const outcomes: Record<string, number> = {};
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  let heapBefore = 0;
  let count = 0;
  for (; count < runs && elapsed() < seconds; count += 1) {
    if (count === Math.floor(runs / 10)) heapBefore = heapInUse();
    const outcome = await check();
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return { runs: count, seconds: elapsed(), outcomes, leakedBytes: heapInUse() - heapBefore };
}

/** After garbage collection, where the process was started with --expose-gc. */
function heapInUse(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
