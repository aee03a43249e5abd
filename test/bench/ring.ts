// Opens a ring of 100,000 indexed segments and finds windows in it. Targets: under 2 s, under 5 ms.
// Run: npx tsx test/bench/ring.ts
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock as clock } from '../../nodes/lib/time/clock';
import { Ring } from '../../nodes/lib/recording/ring/ring';

const COUNT = 100_000;
const START = 1_700_000_000;

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-bench-ring-'));
  try {
    await fill(directory);
    const began = clock.monotonic();
    const ring = await openRing(directory);
    const opened = clock.monotonic();
    const rounds = 100;
    for (let round = 0; round < rounds; round++)
      await ring.window(START + 5000 * round, START + 5000 * round + 600);
    const searched = clock.monotonic();
    await ring.close();
    console.log(`ring of ${COUNT} segments: opened in ${((opened - began) * 1000).toFixed(0)} ms`);
    console.log(`window of 10 minutes: ${(((searched - opened) / rounds) * 1000).toFixed(3)} ms`);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function fill(directory: string): Promise<void> {
  const lines: string[] = [];
  for (let number = 0; number < COUNT; number++) {
    const from = START + 10 * number;
    const name = `seg_${from}.mp4`;
    lines.push(JSON.stringify({ name, from, to: from + 10, bytes: 1, run: 'run', number }));
    closeSync(openSync(join(directory, name), 'w'));
  }
  await writeFile(join(directory, '.segments.jsonl'), lines.join('\n'));
}

function openRing(directory: string): Promise<Ring> {
  return Ring.open({
    directory,
    segmentSeconds: 10,
    retention: { maxAge: 0, maxBytes: 0, minFreeBytes: 0 },
    clock,
    onError: (error) => {
      throw error;
    },
  });
}

void main();
