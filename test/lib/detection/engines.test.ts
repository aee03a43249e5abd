import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Mask } from '../../../nodes/lib/detection/engine';
import { newEngine } from '../../../nodes/lib/detection/engines';
import { grayAndRed } from '../../../nodes/lib/detection/scalar-engine';
import type { Frame } from '../../../nodes/lib/detection/frame';
import { isRed } from '../../../nodes/lib/detection/red';
import { openCvColours, openCvCounts, withoutOpenCv } from './opencv';
import { GRAY, picture, pseudoRandom, RED } from './pictures';
import { eachFrame } from './scenes';

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
  [13, 11],
  [33, 17],
  [101, 67],
  [640, 360],
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

function count(frames: readonly Frame[], mask?: Mask) {
  const engine = newEngine('builtin');
  return frames.map((frame) => engine.count(frame, mask));
}

describe('builtin engine against OpenCV', { skip: withoutOpenCv }, () => {
  it('sees red and gray in all 2^24 colours as OpenCV does', () => {
    const { red, gray } = openCvColours();
    const colours = new Uint8Array(256 * 3);
    const grays = new Uint8Array(256);
    for (let first = 0; first < 2 ** 24; first += 256) {
      let reds = 0;
      for (let blue = 0; blue < 256; blue += 1) {
        colours.set([blue, (first >> 8) & 255, first >> 16], blue * 3);
        const isInMask = ((red[(first + blue) >> 3] >> (blue & 7)) & 1) === 1;
        if (isInMask) reds += 1;
        if (isRed(blue, (first >> 8) & 255, first >> 16) !== isInMask) assert.fail(`red of ${first + blue}`);
      }
      assert.equal(grayAndRed(colours, grays), reds);
      if (Buffer.compare(grays, gray.subarray(first, first + 256)) !== 0) assert.fail(`gray from ${first}`);
    }
  });

  for (const [width, height] of SIZES)
    it(`counts frames of ${width} x ${height} as OpenCV does`, () => {
      const random = pseudoRandom(width * 1000 + height);
      const frames: Frame[] = [];
      while (frames.length < 12) {
        const frame = patchwork(width, height, random);
        frames.push(frame, disturbed(frame, random), disturbed(frame, random));
      }
      assert.deepEqual(count(frames), openCvCounts(frames));
      const mask = patchyMask(width, height, random);
      assert.deepEqual(count(frames, mask), openCvCounts(frames, mask));
    });
});

/** Real traffic where it is at hand, elsewhere a moving picture with every colour. */
const FOOTAGE = join(__dirname, '../../../../shared/footage/car-detection.mp4');
const film = existsSync(FOOTAGE)
  ? { url: FOOTAGE }
  : { url: 'testsrc2=size=768x432:rate=12.5', options: ['-f', 'lavfi'] };

describe('builtin engine on a film', { skip: withoutOpenCv }, () => {
  it('counts every frame as OpenCV does', async () => {
    const frames: Frame[] = [];
    const size = { width: 640, height: 360 };
    await eachFrame(film, size, { fps: 12.5, seconds: 12 }, (frame) => frames.push(frame));
    assert.ok(frames.length > 100);
    assert.deepEqual(count(frames), openCvCounts(frames));
  });
});

describe('builtin engine', () => {
  const gray = picture(8, 6, () => GRAY);

  it('knows no motion in the first frame nor after a change of size', () => {
    const engine = newEngine('builtin');
    assert.equal(engine.count(gray).moving, undefined);
    assert.equal(engine.count(gray).moving, 0);
    assert.equal(engine.count(picture(6, 8, () => GRAY)).moving, undefined);
  });

  it('counts only what the mask says, which may change from frame to frame', () => {
    const engine = newEngine('builtin');
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
    assert.throws(() => newEngine('builtin').count(gray, mask), { code: 'mask', message: /6 x 8 .* 8 x 6/ });
  });

  it('counts red and moving pixels', () => {
    const engine = newEngine('builtin');
    engine.count(gray);
    assert.deepEqual(
      engine.count(picture(8, 6, () => RED)),
      { pixels: 48, red: 48, moving: 0 },
      'this red is about as bright as the gray before',
    );
    assert.deepEqual(engine.count(picture(8, 6, () => [255, 255, 255])), { pixels: 48, red: 0, moving: 48 });
  });
});
