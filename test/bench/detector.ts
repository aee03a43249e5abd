/**
 * Frames per second that the detector's engines manage on one thread, OpenCV for Python beside them in the same
 * rounds, each warmed up by the same number of frames; then what it takes to watch four cameras.
 * `npm run bench:detector`; with `-- --json` only the frames per second, as one line of JSON.
 */
import { loadavg } from 'node:os';
import type { Engine } from '../../nodes/lib/detection/engine/engine';
import { newEngine, type EngineChoice } from '../../nodes/lib/detection/engine/engines';
import type { Frame, Size } from '../../nodes/lib/detection/frames/frame';
import { loadOpenCv } from '../../nodes/lib/detection/engine/opencv';
import { OpenCvEngine } from '../../nodes/lib/detection/engine/opencv-engine';
import { openCvSpeed, withoutOpenCv } from '../media/detection/engine/opencv';
import { BINDINGS, openCvPath } from '../media/detection/engine/opencv-bindings';
import { pseudoRandom } from '../unit/detection/pictures';
import { watchCameras } from './detector-cameras';

const SIZES: readonly Size[] = [
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
];
const WARM_UP_FRAMES = 50;
const MEASURED_FRAMES = 200;
const ROUNDS = 7;

type Measure = (size: Size) => number;
type Speeds = Record<string, number>;

const nameOf = ({ width, height }: Size) => `${width}x${height}`;

/** Noise: no engine can guess its branches, so that real pictures are counted at least as fast as these. */
function noise({ width, height }: Size): Frame[] {
  const random = pseudoRandom(1);
  return Array.from({ length: 4 }, () => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, () => random(256)),
  }));
}

function measure(engine: Engine): Measure {
  const frames = new Map(SIZES.map((size) => [size, noise(size)]));
  return (size) => {
    const pictures = frames.get(size) ?? [];
    const run = (count: number) => {
      for (let index = 0; index < count; index += 1) engine.count(pictures[index % pictures.length]);
    };
    run(WARM_UP_FRAMES);
    const begin = performance.now();
    run(MEASURED_FRAMES);
    return (MEASURED_FRAMES * 1000) / (performance.now() - begin);
  };
}

/** The bindings tell standard output what they find on the machine; it is for the result. */
function openCvEngine(): Engine {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    return new OpenCvEngine(loadOpenCv(openCvPath));
  } finally {
    process.stdout.write = write;
  }
}

const contestants: Record<string, Measure | null> = {
  builtin: measure(newEngine('builtin')),
  cv2:
    withoutOpenCv === false
      ? (size) => openCvSpeed(size, { warmUp: WARM_UP_FRAMES, frames: MEASURED_FRAMES })
      : null,
  opencv: openCvPath ? measure(openCvEngine()) : null,
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Everyone's median over rounds in which each has its turn, so that a busy machine is busy for all. */
function speeds(): Record<string, Speeds | null> {
  const runs = new Map<string, number[]>();
  const keyOf = (name: string, size: Size) => `${name} ${nameOf(size)}`;
  for (let round = 0; round < ROUNDS; round += 1)
    for (const size of SIZES)
      for (const [name, run] of Object.entries(contestants)) {
        if (!run) continue;
        const key = keyOf(name, size);
        runs.set(key, [...(runs.get(key) ?? []), run(size)]);
      }
  return Object.fromEntries(
    Object.entries(contestants).map(([name, run]) => [
      name,
      run &&
        Object.fromEntries(
          SIZES.map((size) => [nameOf(size), Math.round(median(runs.get(keyOf(name, size)) ?? []))]),
        ),
    ]),
  );
}

function table(measured: Record<string, Speeds | null>): string {
  const line = (cells: readonly string[]) => cells.map((cell) => cell.padStart(12)).join('');
  const sizes = SIZES.map(nameOf);
  const rows = Object.entries(measured).map(([name, row]) =>
    line([
      name,
      ...sizes.map((size) => String(row?.[size] ?? '-')),
      ...sizes.map((size) => (row && measured.cv2 ? (row[size] / measured.cv2[size]).toFixed(2) : '-')),
    ]),
  );
  return [line(['frames/s', ...sizes, ...sizes.map(() => 'to cv2')]), ...rows].join('\n');
}

async function printCameras(engine: EngineChoice): Promise<void> {
  const { fps, own, others, p50, p99, idleP99 } = await watchCameras(engine);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `4 cameras of 1080p H.264 with ${engine}: each ${fps.toFixed(1)} frames/s, ${percent(own + others)} of a processor, ` +
      `${percent(own)} in this process; loop delay p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms ` +
      `(p99 of an idle process beside it: ${idleP99.toFixed(1)} ms)`,
  );
}

async function main(): Promise<void> {
  const load = loadavg()[0].toFixed(1);
  const measured = speeds();
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(measured)}\n`);
    return;
  }
  console.log(
    `one thread, median of ${ROUNDS} rounds, load average at the start ${load}\n${table(measured)}`,
  );
  await printCameras('builtin');
  if (!openCvPath) return;
  process.env.NODE_PATH = `${BINDINGS}/node_modules`;
  await printCameras('opencv');
}

void main();
