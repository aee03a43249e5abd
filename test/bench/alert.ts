// From the event file closed to the first datagram received: this package beside bare fs.watch and the seed's watcher,
// stage by stage, and what verification costs. npm run bench:alert [-- --drops 500 --quick --json]
import { setTimeout as wait } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { verifyAlert } from '../../nodes/lib/alert/trust/verify';
import { Program } from '../support/process';
import { testGroup } from '../support/network/multicast';
import { milliseconds, percentilesOf, Vehicle, type Drop, type Percentiles } from './alert-measure';
import { startAlertUnit, type AlertUnit } from './alert-unit';
import { verificationThroughput } from './alert-throughput';

const { values: options } = parseArgs({
  options: {
    drops: { type: 'string', default: '500' },
    // Only this package beside bare fs.watch.
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const DROPS = Number(options.drops);
/** Milliseconds between drops. */
const PAUSE = 20;
const SEED_DROPS = 20;
const FRESH_UNITS = 5;

/** The stages that the unit logs (V2X_LOG=debug), in their order. */
const STAGES = ['seen', 'read', 'claimed', 'issued', 'signed', 'sent'];
const STAGE_LINE = /\[debug\] .*?(\S+\.json): (\w+) (-?[\d.]+) ms after the file was closed/;

/**
 * Drops to a unit that runs for a while, and in turn to bare fs.watch: what else the machine does is the same for both.
 */
async function measureUnit() {
  const bench = await startAlertUnit({ log: 'debug' });
  const vehicle = await Vehicle.listen(bench.group);
  const floor = await startWatcher(process.execPath, resolve('test/bench/alert-bare.cjs'), []);
  const drops: Drop[] = [];
  const bare: Drop[] = [];
  try {
    for (let count = 0; count < DROPS; count += 1) {
      drops.push(await vehicle.drop(bench.events, `drop-${count}`));
      await wait(PAUSE);
      bare.push(await floor.vehicle.drop(floor.directory, `bare-${count}`));
      await wait(PAUSE);
    }
    const stages = await stagesOf(drops, bench);
    return {
      unit: percentilesOf(drops.map(latency)),
      bare: percentilesOf(bare.map(latency)),
      stages: { ...stages, verified: await verifying(drops, bench) },
    };
  } finally {
    vehicle.close();
    await floor.stop();
    await bench.unit.stop();
  }
}

/** Starts another program that watches a directory and sends. */
async function startWatcher(command: string, script: string, args: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-bench-'));
  const group = await testGroup();
  const vehicle = await Vehicle.listen(group);
  const watcher = Program.start(command, [script, ...args, directory, group.address, String(group.port)], {
    env: { ...process.env, V2X_KEY: 'a secret of the bench, which is long enough' },
  });
  await watcher.line(/^watching/);
  const stop = async () => {
    vehicle.close();
    await watcher.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { directory, vehicle, stop };
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
  const seed = await startWatcher('/usr/bin/python3', resolve('test/bench/alert-seed.py'), ['watch']);
  const drops: Drop[] = [];
  try {
    for (let count = 0; count < SEED_DROPS; count += 1) {
      drops.push(await seed.vehicle.drop(seed.directory, `drop-${count}`));
      // At random, so that drops fall anywhere between two polls.
      await wait(Math.random() * 1000);
    }
    return percentilesOf(drops.map(latency));
  } finally {
    await seed.stop();
  }
}

function latency({ closed, received }: Drop): number {
  return received - closed;
}

/** What each stage took after the one before, and what the system took: notice before the first, network after the last. */
async function stagesOf(drops: readonly Drop[], { unit: { program } }: AlertUnit) {
  const last = drops.at(-1)?.file ?? '';
  await program.line(new RegExp(`${last}: sent `));
  const times = new Map<string, Map<string, number>>(drops.map(({ file }) => [file, new Map()]));
  for (const { text } of program.lines) {
    const found = STAGE_LINE.exec(text);
    if (found) times.get(found[1])?.set(found[2], Number(found[3]));
  }
  const between = ({ file }: Drop, from: string, to: string) =>
    (times.get(file)?.get(to) ?? NaN) - (times.get(file)?.get(from) ?? NaN);
  const steps = STAGES.slice(1).map((stage, index) => {
    const durations = drops.map((drop) => between(drop, STAGES[index], stage));
    return [stage, percentilesOf(durations)] as const;
  });
  const system = drops.map((drop) => latency(drop) - between(drop, 'seen', 'sent'));
  return { 'closed to seen, sent to received': percentilesOf(system), ...Object.fromEntries(steps) };
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

async function measure() {
  const load = loadavg()[0];
  const { unit, bare, stages } = await measureUnit();
  const result = {
    load_before: load,
    unit_ms: unit,
    bare_ms: bare,
    times_bare: Number((unit.p50 / bare.p50).toFixed(2)),
    stages_ms: stages,
  };
  if (options.quick) return result;
  const first = await measureFirst();
  const seed = await measureSeed();
  const throughput = await verificationThroughput();
  return {
    ...result,
    seed_ms: seed,
    times_faster: Math.round(seed.p50 / unit.p50),
    first_ms: first,
    verified_per_s: throughput,
  };
}

function show(result: Awaited<ReturnType<typeof measure>>): void {
  console.log(`Event file closed -> first datagram received, ms (target: p50 at most 4 times bare, p99 < 8)`);
  row(`this package, ${DROPS} drops`, result.unit_ms);
  row(`bare fs.watch, ${DROPS} drops in turn`, result.bare_ms);
  console.log(`  median ${result.times_bare} times that of bare fs.watch; load before ${result.load_before}`);
  console.log('Stages, ms');
  for (const [name, percentiles] of Object.entries(result.stages_ms)) row(name, percentiles);
  if (!('seed_ms' in result)) return;
  row(`the seed's watcher, ${SEED_DROPS} drops`, result.seed_ms);
  console.log(`  its median is ${result.times_faster} times ours`);
  console.log(`First drop of ${FRESH_UNITS} fresh units, ms: ${result.first_ms.join(', ')}`);
  console.log('Verification on one core, datagrams per second');
  for (const [name, perSecond] of Object.entries(result.verified_per_s))
    console.log(`  ${name.padEnd(34)} ${perSecond}`);
}

function row(name: string, { p50, p95, p99 }: Percentiles): void {
  const cells = [p50, p95, p99].map((value) => value.toFixed(2).padStart(9));
  console.log(`  ${name.padEnd(34)} p50 ${cells[0]}   p95 ${cells[1]}   p99 ${cells[2]}`);
}

void measure().then((result) => {
  if (options.json) console.log(JSON.stringify(result));
  else show(result);
});
