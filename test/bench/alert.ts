// From the event file closed to the first datagram received: this package beside the seed's watcher, stage by stage,
// and what verification costs. npm run bench:alert [-- --json]
import { setTimeout as wait } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KeyRing } from '../../nodes/lib/alert/key-ring';
import { verifyAlert } from '../../nodes/lib/alert/verify';
import { Program } from '../support/process';
import { testGroup } from '../support/multicast';
import { dropMany, milliseconds, percentilesOf, Vehicle, type Drop, type Percentiles } from './alert-measure';
import { notesOf, startAlertUnit, type AlertUnit, type Notes } from './alert-unit';
import { verificationThroughput } from './alert-throughput';

const DROPS = 500;
const SEED_DROPS = 20;
const FRESH_UNITS = 5;

/** What lies between two neighbours in this list is one stage. */
const WAY = ['v2x-alert', 'hmac-sign', 'v2x-multicast-out', 'debug'];
const STAGES = ['taken and parsed', 'alert made, number kept', 'signed', 'sent and reported'];

/** Drops to a unit that runs for a while. */
async function measureUnit() {
  const bench = await startAlertUnit();
  const vehicle = await Vehicle.listen(bench.group);
  try {
    const drops = await dropMany(vehicle, bench.events, { count: DROPS, pause: () => 40 });
    const stages = stagesOf(drops, await notesOf(bench.unit));
    return { latency: percentilesOf(drops.map(latency)), stages, verified: await verifying(drops, bench) };
  } finally {
    vehicle.close();
    await bench.unit.stop();
  }
}

/** The very first drop to a unit, which finds nothing warm: over several units. */
async function measureFirst(): Promise<number[]> {
  const latencies: number[] = [];
  for (let count = 0; count < FRESH_UNITS; count += 1) {
    const bench = await startAlertUnit();
    const vehicle = await Vehicle.listen(bench.group);
    await wait(1000);
    latencies.push(latency(await vehicle.drop(bench.events, 'first')));
    vehicle.close();
    await bench.unit.stop();
  }
  return latencies.map((value) => Number(value.toFixed(1)));
}

async function measureSeed(): Promise<Percentiles> {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-bench-seed-'));
  const group = await testGroup();
  const vehicle = await Vehicle.listen(group);
  const script = resolve('test/bench/alert-seed.py');
  const watcher = Program.start(
    '/usr/bin/python3',
    [script, 'watch', directory, group.address, String(group.port)],
    { env: { ...process.env, V2X_KEY: 'a secret of the bench, which is long enough' } },
  );
  try {
    await watcher.line(/^watching/);
    // At random, so that drops fall anywhere between two polls.
    const drops = await dropMany(vehicle, directory, {
      count: SEED_DROPS,
      pause: () => Math.random() * 1000,
    });
    return percentilesOf(drops.map(latency));
  } finally {
    vehicle.close();
    await watcher.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function latency({ closed, received }: Drop): number {
  return received - closed;
}

function stagesOf(drops: readonly Drop[], notes: Notes): Record<string, Percentiles> {
  const stages = WAY.map((type, index) => {
    const durations = drops.map(({ file, closed }) => {
      const began = index === 0 ? closed : Number(notes[file][WAY[index - 1]]) / 1e6;
      return Number(notes[file][type]) / 1e6 - began;
    });
    return [STAGES[index], percentilesOf(durations)] as const;
  });
  const received = drops.map((drop) => drop.received - Number(notes[drop.file]['v2x-multicast-out']) / 1e6);
  return { ...Object.fromEntries(stages), 'received after signed': percentilesOf(received) };
}

async function verifying(drops: readonly Drop[], { secret }: AlertUnit): Promise<Percentiles> {
  const ring = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret });
  const durations: number[] = [];
  for (const { datagram } of drops) {
    const began = milliseconds();
    const { trusted } = await verifyAlert(datagram, ring, { now: Date.now() / 1000, skew: 5 });
    if (!trusted) throw new Error('The unit sent what cannot be trusted.');
    durations.push(milliseconds() - began);
  }
  return percentilesOf(durations);
}

async function main(): Promise<void> {
  const { latency: unit, stages, verified } = await measureUnit();
  const first = await measureFirst();
  const seed = await measureSeed();
  const throughput = await verificationThroughput();
  const times_faster = Math.round(seed.p50 / unit.p50);
  if (process.argv.includes('--json')) {
    console.log(
      JSON.stringify({
        unit_ms: unit,
        seed_ms: seed,
        times_faster,
        first_ms: first,
        stages_ms: { ...stages, verified },
        verified_per_s: throughput,
      }),
    );
    return;
  }
  console.log(`Event file closed -> first datagram received, ms (target: p50 < 2, p99 < 8)`);
  row(`this package, ${DROPS} drops`, unit);
  row(`the seed's watcher, ${SEED_DROPS} drops`, seed);
  console.log(`  ${times_faster} times faster at the median`);
  console.log(`  first drop of ${FRESH_UNITS} fresh units: ${first.join(', ')}`);
  console.log('Stages, ms');
  for (const [name, percentiles] of Object.entries({ ...stages, verified })) row(name, percentiles);
  console.log('Verification on one core, datagrams per second');
  for (const [name, perSecond] of Object.entries(throughput))
    console.log(`  ${name.padEnd(34)} ${perSecond}`);
}

function row(name: string, { p50, p95, p99 }: Percentiles): void {
  const cells = [p50, p95, p99].map((value) => value.toFixed(2).padStart(9));
  console.log(`  ${name.padEnd(34)} p50 ${cells[0]}   p95 ${cells[1]}   p99 ${cells[2]}`);
}

void main();
