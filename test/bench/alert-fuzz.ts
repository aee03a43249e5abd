// Random and mutated datagrams through the receiver's verification, table and relevance, and event files through
// the parser, and DENMs through their decoder: nothing is trusted that was not signed, nothing throws, nothing leaks.
// npm run bench:fuzz [-- --datagrams 1000000 --files 100000 --frames 1000000 --seconds 600 --json]
import { parseArgs } from 'node:util';
import { fuzzFrames } from '../unit/denm/fuzz-frames';
import { fuzzDatagrams } from '../unit/alert/fuzz-datagrams';
import { fuzzEventFiles } from '../unit/event/fuzz-files';
import type { FuzzResult } from '../support/fuzz';

const { values } = parseArgs({
  options: {
    datagrams: { type: 'string', default: '1000000' },
    files: { type: 'string', default: '100000' },
    frames: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '600' },
    json: { type: 'boolean', default: false },
  },
});

function show(what: string, { runs, seconds, outcomes, leakedBytes }: FuzzResult): void {
  console.log(`${runs} ${what} in ${seconds.toFixed(1)} s, heap ${(leakedBytes / 1e6).toFixed(1)} MB more`);
  for (const [outcome, count] of Object.entries(outcomes)) console.log(`  ${outcome.padEnd(24)} ${count}`);
}

async function main(): Promise<void> {
  const seconds = Number(values.seconds);
  const datagrams = await fuzzDatagrams(Number(values.datagrams), seconds);
  const files = await fuzzEventFiles(Number(values.files), seconds);
  const frames = await fuzzFrames(Number(values.frames), seconds);
  if (values.json) console.log(JSON.stringify({ datagrams, files, frames }));
  else {
    show('datagrams', datagrams);
    show('event files', files);
    show('frames of DENMs', frames);
  }
}

void main();
