// CPU and memory of copy recorders at 2 Mb/s, and the event-loop delay of this process beside them.
// Targets: under 1.5 % of a core and 60 MB each. Run: npx tsx test/bench/recorders.ts
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock as clock } from '../../nodes/lib/time/clock';
import { cameraSource } from '../../nodes/lib/camera/source';
import { record } from '../../nodes/lib/recording/recorder';
import { Ring } from '../../nodes/lib/recording/ring/ring';
import { startRtspServer } from '../support/camera/rtsp-server';

const SECONDS = 30;
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

interface Usage {
  /** Seconds of CPU. */
  readonly cpu: number;
  readonly bytes: number;
}

/** Sum over the recorders' ffmpeg processes (proc(5), fields utime, stime and rss). */
async function usage(directory: string): Promise<Usage> {
  let cpu = 0;
  let bytes = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!line.startsWith('ffmpeg') || !line.includes(directory)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    cpu += (fields[11] + fields[12]) / TICKS_PER_SECOND;
    bytes += fields[21] * PAGE_BYTES;
  }
  return { cpu, bytes };
}

async function measure(count: number, address: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'v2x-bench-'));
  const stop = new AbortController();
  const recorders: Promise<void>[] = [];
  let started = 0;
  for (let number = 0; number < count; number++) {
    const ring = await openRing(join(directory, String(number)));
    const hooks = { onRecording: () => (started += 1), onSegment: () => undefined, onWarning: console.log };
    recorders.push(
      record({ source: cameraSource({ address }), ring, clock, ...hooks }, stop.signal).then(() =>
        ring.close(),
      ),
    );
  }
  while (started < count) await wait(100);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const own = process.cpuUsage();
  const before = await usage(directory);
  await wait(SECONDS * 1000);
  const after = await usage(directory);
  const { user, system } = process.cpuUsage(own);
  loop.disable();
  stop.abort();
  await Promise.all(recorders);
  await rm(directory, { recursive: true });
  const each = (100 * (after.cpu - before.cpu)) / SECONDS / count;
  const ours = (user + system) / 1e4 / SECONDS / count;
  console.log(
    `${count} recorders: ${each.toFixed(2)} % of a core and ${(after.bytes / count / 1e6).toFixed(0)} MB each, ` +
      `${ours.toFixed(2)} % of a core each in this process, event loop p99 ${(loop.percentile(99) / 1e6).toFixed(1)} ms`,
  );
}

function openRing(directory: string): Promise<Ring> {
  const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
  return Ring.open({ directory, segmentSeconds: 10, retention, clock, onError: console.log });
}

async function main(): Promise<void> {
  const camera = await startRtspServer({ kilobits: 2000, audio: 'aac' });
  try {
    for (const count of [1, 4, 16]) await measure(count, camera.url);
  } finally {
    await camera.stop();
  }
}

void main();
