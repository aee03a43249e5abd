/**
 * Frames per second that the detector's engines manage on one thread, with OpenCV for Python beside them.
 * `npm run bench:detector`; with `-- --json` one line of JSON.
 */
import { newEngine } from '../../nodes/lib/detection/engines';
import type { Engine } from '../../nodes/lib/detection/engine';
import type { Frame, Size } from '../../nodes/lib/detection/frame';
import { openCvSpeed, withoutOpenCv } from '../lib/detection/opencv';
import { picture, pseudoRandom } from '../lib/detection/pictures';

const SIZES: readonly Size[] = [
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
];
const WARM_UP_FRAMES = 50;
const MEASURED_FRAMES = 400;

type Speeds = Record<string, number>;

const nameOf = ({ width, height }: Size) => `${width}x${height}`;
const speeds = (measure: (size: Size) => number): Speeds =>
  Object.fromEntries(SIZES.map((size) => [nameOf(size), Math.round(measure(size))]));

/** Noise: no engine can guess its branches, so that real pictures are counted faster than these. */
function noise({ width, height }: Size): Frame[] {
  const random = pseudoRandom(1);
  return Array.from({ length: 4 }, () =>
    picture(width, height, () => [random(256), random(256), random(256)]),
  );
}

function engineSpeed(engine: Engine, size: Size): number {
  const frames = noise(size);
  const run = (count: number) => {
    for (let index = 0; index < count; index += 1) engine.count(frames[index % frames.length]);
  };
  run(WARM_UP_FRAMES);
  const begin = performance.now();
  run(MEASURED_FRAMES);
  return (MEASURED_FRAMES * 1000) / (performance.now() - begin);
}

const result = {
  builtin: speeds((size) => engineSpeed(newEngine('builtin'), size)),
  cv2: withoutOpenCv === false ? speeds((size) => openCvSpeed(size, MEASURED_FRAMES)) : null,
  // The engine on a user's own OpenCV is still to come.
  opencv: null,
};

function table(): string {
  const rows = Object.entries(result).map(([engine, measured]) => {
    const cells = SIZES.map((size) => String(measured?.[nameOf(size)] ?? '-').padStart(10));
    return `${engine.padEnd(10)}${cells.join('')}`;
  });
  return [`${'frames/s'.padEnd(10)}${SIZES.map((size) => nameOf(size).padStart(10)).join('')}`, ...rows].join(
    '\n',
  );
}

process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(result) : table()}\n`);
