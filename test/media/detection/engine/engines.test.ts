import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pixelsOf, type Engine, type Mask } from '../../../../nodes/lib/detection/engine/engine';
import { loadOpenCv } from '../../../../nodes/lib/detection/engine/opencv';
import { OpenCvEngine } from '../../../../nodes/lib/detection/engine/opencv-engine';
import { grayAndRed, ScalarEngine } from '../../../../nodes/lib/detection/engine/scalar-engine';
import { SimdEngine } from '../../../../nodes/lib/detection/engine/simd-engine';
import type { Frame } from '../../../../nodes/lib/detection/frames/frame';
import { openCvPath, withoutBindings } from './opencv-bindings';
import { openCvColours, openCvCounts, withoutOpenCv, type Stream } from './opencv';
import { GRAY, picture, pseudoRandom, RED } from '../../../unit/detection/pictures';
import { eachFrame } from '../scenes';

const EMPTY = new Uint8Array();

const SIZES = [
  [1, 1],
  [2, 1],
  [1, 2],
  [2, 2],
  [2, 3],
  [3, 2],
  [1, 7],
  [7, 1],
  [5, 4],
  [5, 5],
  [15, 3],
  [16, 16],
  [17, 2],
  [31, 9],
  [13, 11],
  [33, 17],
  [101, 67],
  [639, 41],
  [640, 360],
  [6000, 4],
] as const;

/** Blocks of flat colour with noise on top: many pixels change by about as much as the threshold. */
function patchwork(width: number, height: number, random: (bound: number) => number): Frame {
  const block = 1 + random(9);
  const tones = Array.from({ length: 64 }, () => [random(256), random(256), random(256)] as const);
  const noise = 1 + random(40);
  const clamp = (value: number) => Math.min(255, value);
  return picture(width, height, (x, y) => {
    const [b, g, r] = tones[(Math.floor(x / block) * 7 + Math.floor(y / block) * 13) % tones.length];
    return [clamp(b + random(noise)), clamp(g + random(noise)), clamp(r + random(noise))];
  });
}

/** The same frame a little brighter or darker in one rectangle. */
function disturbed(frame: Frame, random: (bound: number) => number): Frame {
  const shift = random(80) - 40;
  const left = random(frame.width);
  const top = random(frame.height);
  return picture(frame.width, frame.height, (x, y) => {
    const at = (y * frame.width + x) * 3;
    const inside = x >= left && y >= top;
    const tone = (offset: number) =>
      Math.max(0, Math.min(255, frame.data[at + offset] + (inside ? shift : 0)));
    return [tone(0), tone(1), tone(2)];
  });
}

/** A mask with some holes and some islands. */
function patchyMask(width: number, height: number, random: (bound: number) => number): Mask {
  const data = Uint8Array.from({ length: width * height }, () => (random(3) === 0 ? 0 : 255));
  data.fill(0, 0, random(data.length));
  return { width, height, data };
}

function count(engine: Engine, frames: readonly Frame[], mask?: Mask) {
  return frames.map((frame) => engine.count(frame, mask));
}

const ENGINES = [
  { name: 'builtin', skip: false, create: () => new SimdEngine() },
  { name: 'builtin-scalar', skip: false, create: () => new ScalarEngine() },
  { name: 'opencv', skip: withoutBindings, create: () => new OpenCvEngine(loadOpenCv(openCvPath)) },
];

/** All colours 0xRRGGBB, one pixel each. */
function allColours(): Frame {
  const data = new Uint8Array(2 ** 24 * 3);
  for (let colour = 0, at = 0; colour < 2 ** 24; colour += 1, at += 3) {
    data[at] = colour & 255;
    data[at + 1] = (colour >> 8) & 255;
    data[at + 2] = colour >> 16;
  }
  return { width: 4096, height: 4096, data };
}

/** Pixels by a bit each, or those that are left. */
const maskOf = (bits: Uint8Array, value: 0 | 1): Mask => ({
  width: 4096,
  height: 4096,
  data: Uint8Array.from({ length: 2 ** 24 }, (_, pixel) =>
    ((bits[pixel >> 3] >> (pixel & 7)) & 1) === value ? 255 : 0,
  ),
});

/** One row of runs of five pixels: the middle one's smoothed gray is its gray. */
const RUNS = 4096;
const middles: Mask = {
  width: RUNS * 5,
  height: 1,
  data: Uint8Array.from({ length: RUNS * 5 }, (_, x) => (x % 5 === 2 ? 255 : 0)),
};

function runs(tone: (run: number) => number): Frame {
  const data = new Uint8Array(RUNS * 15);
  for (let run = 0, at = 0; run < RUNS; run += 1) {
    const colour = tone(run);
    for (const end = at + 15; at < end; at += 3) {
      data[at] = colour & 255;
      data[at + 1] = (colour >> 8) & 255;
      data[at + 2] = colour >> 16;
    }
  }
  return { width: RUNS * 5, height: 1, data };
}

/** Asserts the gray of 4096 colours by what moves: a change of 26 does, one of 25 does not. */
function assertGray(engine: Engine, first: number, gray: Uint8Array): void {
  const colours = runs((run) => first + run);
  for (const [change, moving] of [
    [26, RUNS],
    [25, 0],
  ]) {
    const distant = (level: number) => (level < change ? level + change : level - change);
    engine.count(runs((run) => distant(gray[first + run]) * 0x010101));
    assert.equal(engine.count(colours, middles).moving, moving, `gray from ${first}`);
  }
}

describe('engines on all 2^24 colours', { skip: withoutOpenCv }, () => {
  const { red, gray } = withoutOpenCv === false ? openCvColours() : { red: EMPTY, gray: EMPTY };
  const frame = allColours();
  const reds = withoutOpenCv === false ? maskOf(red, 1) : undefined;
  const others = withoutOpenCv === false ? maskOf(red, 0) : undefined;

  for (const { name, skip, create } of ENGINES)
    it(`${name} sees red where OpenCV does`, { skip }, () => {
      assert.ok(reds && others);
      assert.equal(create().count(frame, reds).red, pixelsOf(reds));
      assert.equal(create().count(frame, others).red, 0);
    });

  for (const { name, skip, create } of ENGINES.filter(({ name }) => name !== 'builtin-scalar'))
    it(`${name} sees the gray that OpenCV sees`, { skip }, () => {
      const engine = create();
      for (let first = 0; first < 2 ** 24; first += RUNS) assertGray(engine, first, gray);
    });

  it('builtin-scalar sees the gray that OpenCV sees', () => {
    const seen = new Uint8Array(2 ** 24);
    grayAndRed(frame.data, seen);
    assert.equal(Buffer.compare(seen, gray), 0);
  });
});

/** Frames of a size, as they are and under a mask. */
function streamsOf(width: number, height: number): [Stream, Stream] {
  const random = pseudoRandom(width * 1000 + height);
  const frames: Frame[] = [];
  while (frames.length < 12) {
    const frame = patchwork(width, height, random);
    frames.push(frame, disturbed(frame, random), disturbed(frame, random));
  }
  return [{ frames }, { frames, mask: patchyMask(width, height, random) }];
}

describe('engines on pictures', { skip: withoutOpenCv }, () => {
  const streams = SIZES.map(([width, height]) => streamsOf(width, height));
  const expected = withoutOpenCv === false ? openCvCounts(streams.flat()) : [];
  SIZES.forEach(([width, height], index) => {
    it(`counts frames of ${width} x ${height} as OpenCV does`, () => {
      for (const { name, create } of ENGINES.filter(({ skip }) => skip === false))
        streams[index].forEach(({ frames, mask }, masked) => {
          assert.deepEqual(count(create(), frames, mask), expected[2 * index + masked], name);
        });
    });
  });
});

/** Real traffic where it is at hand, elsewhere a moving picture with every colour. */
const FOOTAGE = process.env.V2X_FOOTAGE || join(__dirname, '../../../../../shared/footage');
const TRAFFIC = join(FOOTAGE, 'car-detection.mp4');
const film = existsSync(TRAFFIC)
  ? { url: TRAFFIC }
  : { url: 'testsrc2=size=768x432:rate=12.5', options: ['-f', 'lavfi'] };

describe('engines on a film', { skip: withoutOpenCv }, () => {
  it('counts every frame as OpenCV does', async () => {
    const frames: Frame[] = [];
    const size = { width: 640, height: 360 };
    await eachFrame(film, size, { fps: 12.5, seconds: 9 }, (frame) => frames.push(frame));
    assert.ok(frames.length > 100);
    const [expected] = openCvCounts([{ frames }]);
    for (const { name, create } of ENGINES.filter(({ skip }) => skip === false))
      assert.deepEqual(count(create(), frames), expected, name);
  });
});

for (const { name, skip, create } of ENGINES)
  describe(`${name} engine`, { skip }, () => {
    const gray = picture(8, 6, () => GRAY);

    it('knows no motion in the first frame nor after a change of size', () => {
      const engine = create();
      assert.equal(engine.count(gray).moving, undefined);
      assert.equal(engine.count(gray).moving, 0);
      assert.equal(engine.count(picture(6, 8, () => GRAY)).moving, undefined);
    });

    it('counts only what the mask says, which may change from frame to frame', () => {
      const engine = create();
      const left = (columns: number): Mask => ({
        width: 8,
        height: 6,
        data: Uint8Array.from({ length: 48 }, (_, pixel) => (pixel % 8 < columns ? 255 : 0)),
      });
      engine.count(gray, left(2));
      const red = picture(8, 6, () => RED);
      assert.deepEqual(engine.count(red, left(3)), { pixels: 18, red: 18, moving: 0 });
      const white = picture(8, 6, () => [255, 255, 255]);
      assert.deepEqual(engine.count(white, left(0)), { pixels: 0, red: 0, moving: 0 });
      assert.deepEqual(engine.count(gray, left(5)), { pixels: 30, red: 0, moving: 30 });
      assert.deepEqual(engine.count(white), { pixels: 48, red: 0, moving: 48 });
    });

    it('refuses a mask of another size', () => {
      const mask = { width: 6, height: 8, data: new Uint8Array(48) };
      assert.throws(() => create().count(gray, mask), { code: 'mask', message: /6 x 8 .* 8 x 6/ });
    });

    it('counts red and moving pixels', () => {
      const engine = create();
      engine.count(gray);
      assert.deepEqual(
        engine.count(picture(8, 6, () => RED)),
        { pixels: 48, red: 48, moving: 0 },
        'this red is about as bright as the gray before',
      );
      assert.deepEqual(engine.count(picture(8, 6, () => [255, 255, 255])), {
        pixels: 48,
        red: 0,
        moving: 48,
      });
    });
  });
