// Memory of Node-RED and its event-loop delay while it records a camera, detects, warns, and keeps a clip.
// npm run bench:resources [-- --json]
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Program } from '../support/process';
import { startRtspServer } from '../support/camera/rtsp-server';
import { fileIn, Unit } from '../support/unit/unit';

const SECONDS = 60;
const json = process.argv.includes('--json');

/** What loop-delay.cjs answers: bytes, microseconds of CPU time, milliseconds of delay. */
interface Sample {
  readonly rss: number;
  readonly cpu: { readonly user: number; readonly system: number };
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

async function sample(unit: Unit): Promise<Sample> {
  const answer = once(unit.program.child, 'message');
  unit.program.child.send('sample');
  const [result] = (await answer) as [Sample];
  return result;
}

/** Resolves when the vehicle was warned and the clip is kept. */
async function incident(unit: Unit, vehicle: Program): Promise<void> {
  await unit.cli('emit', '--type', 'collision').exit();
  await Promise.all([vehicle.line(/^\[RECV\]/), fileIn(unit.directory('archive'), /^accident_\d+\.mp4$/)]);
}

async function main(): Promise<void> {
  const camera = await startRtspServer({ audio: 'aac' });
  const unit = await Unit.start(
    { V2X_CAMERA: camera.url, V2X_PRE: '8', V2X_POST: '6' },
    { nodeArguments: ['--require', resolve('test/bench/loop-delay.cjs')], ipc: true },
  );
  try {
    await fileIn(unit.directory('rec'), /^seg_\d+\.mp4$/);
    const vehicle = await unit.listen();
    const before = await sample(unit);
    const load = loadavg();
    await Promise.all([wait(SECONDS * 1000), incident(unit, vehicle)]);
    const after = await sample(unit);
    await vehicle.stop();
    const cpu = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1e4 / SECONDS;
    const result = {
      rss_mb: Math.round(after.rss / 1e6),
      cpu_percent: Number(cpu.toFixed(1)),
      loop_delay_ms: { p50: after.p50, p99: after.p99, max: after.max },
      load: [load[0], loadavg()[0]],
    };
    if (json) console.log(JSON.stringify(result));
    else {
      console.log(`Node-RED recording, detecting, one alert and one clip in ${SECONDS} s:`);
      console.log(`  resident memory    ${result.rss_mb} MB at most (target: under 200)`);
      console.log(`  CPU                ${result.cpu_percent} % of a core`);
      console.log(
        `  event-loop delay   p50 ${after.p50.toFixed(1)} ms, p99 ${after.p99.toFixed(1)} ms (target: p99 under 20)`,
      );
      console.log(`  load of the machine ${result.load.map((value) => value.toFixed(1)).join(' to ')}`);
    }
  } finally {
    await unit.stop();
    await camera.stop();
  }
}

void main();
