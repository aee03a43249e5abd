import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type * as clock from '../../nodes/lib/time/clock';
import type * as detector from '../../nodes/lib/detection/detector';
import type { EngineChoice } from '../../nodes/lib/detection/engine/engines';
import type * as defaults from '../../nodes/lib/detection/rules/default-settings';
import type * as watch from '../../nodes/lib/detection/watch-camera';
import type * as source from '../../nodes/lib/camera/source';

/** What is built, as users run it: the sources, loaded by tsx, take several times as long in places. */
const built = createRequire(join(__dirname, '../../dist/lib/'));
const { systemClock } = built('./time/clock') as typeof clock;
const { Detector } = built('./detection/detector') as typeof detector;
const { ROAD_SETTINGS } = built('./detection/rules/default-settings') as typeof defaults;
const { watchCamera } = built('./detection/watch-camera') as typeof watch;
const { cameraSource } = built('./camera/source') as typeof source;

const CAMERAS = 4;
const FPS = 10;
const SIZE = { width: 640, height: 360 };
const WARM_UP_SECONDS = 5;
const SECONDS = 20;
const TICKS_PER_SECOND = 100;

export interface Watching {
  /** Frames per second and camera that were analysed. */
  readonly fps: number;
  /** Share of one processor for each camera: in this process, and in others, ffmpeg's and OpenCV's. */
  readonly own: number;
  readonly others: number;
  /** Delay of the loop that the cameras are read in, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The same of a process beside it that does nothing: what the machine itself is late by. */
  readonly idleP99: number;
}

/** What it takes to watch four cameras of 1080p H.264 at once in one process, as Node-RED does. */
export async function watchCameras(engine: EngineChoice): Promise<Watching> {
  const directory = mkdtempSync(join(tmpdir(), 'v2x-bench-'));
  const stop = new AbortController();
  const idle = startIdle();
  let frames = 0;
  try {
    const camera = cameraSource({ kind: 'file', address: film(directory) });
    const worker = { engine, rules: { mode: 'road', ...ROAD_SETTINGS } } as const;
    const [, others] = cpuSeconds();
    const begin = performance.now();
    const watching = Array.from({ length: CAMERAS }, () =>
      watchCamera(camera, new Detector({ clock: systemClock, worker }), {
        clock: systemClock,
        signal: stop.signal,
        size: SIZE,
        fps: FPS,
        onDetection: () => (frames += 1),
      }),
    );
    await wait(WARM_UP_SECONDS * 1000);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await idle.p99();
    const [own] = cpuSeconds();
    frames = 0;
    await wait(SECONDS * 1000);
    delay.disable();
    const judged = frames;
    const [ownNow] = cpuSeconds();
    const idleP99 = await idle.p99();
    stop.abort();
    await Promise.all(watching);
    const seconds = (performance.now() - begin) / 1000;
    const [, othersNow] = cpuSeconds();
    return {
      fps: judged / SECONDS / CAMERAS,
      own: (ownNow - own) / SECONDS / CAMERAS,
      others: (othersNow - others) / seconds / CAMERAS,
      p50: delay.percentile(50) / 1e6,
      p99: delay.percentile(99) / 1e6,
      idleP99,
    };
  } finally {
    stop.abort();
    idle.end();
    rmSync(directory, { recursive: true });
  }
}

/** 1080p H.264 at 25 frames and about 4 Mb/s, as many cameras send it. */
function film(directory: string): string {
  const path = join(directory, 'camera.mp4');
  const { status, stderr } = spawnSync('ffmpeg', [
    ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=25', '-t', '10'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '4M', '-pix_fmt', 'yuv420p', '-g', '50', path],
  ]);
  if (status !== 0) throw new Error(`ffmpeg: ${stderr.toString()}`);
  return path;
}

/** A process that does nothing but tell how late its loop was since it was asked last. */
function startIdle(): { p99(): Promise<number>; end(): void } {
  const program = ['--require', join(__dirname, 'loop-delay.cjs'), '-e', 'setInterval(() => {}, 1000)'];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return {
    async p99() {
      const answer = once(child, 'message');
      child.send('sample');
      const [{ p99 }] = (await answer) as [{ p99: number }];
      return p99;
    },
    end() {
      child.kill();
    },
  };
}

/** Processor time of this process, and of those it waited for (proc(5): utime, stime; cutime, cstime). */
function cpuSeconds(): [own: number, others: number] {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ').map(Number);
  const [user, system, othersUser, othersSystem] = fields.slice(11, 15);
  return [(user + system) / TICKS_PER_SECOND, (othersUser + othersSystem) / TICKS_PER_SECOND];
}
