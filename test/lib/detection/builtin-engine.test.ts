import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BuiltinEngine, grayAndRed } from '../../../nodes/lib/detection/builtin-engine';
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

function count(frames: readonly Frame[]) {
  const engine = new BuiltinEngine();
  return frames.map((frame) => engine.count(frame));
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
    const engine = new BuiltinEngine();
    assert.equal(engine.count(gray).moving, undefined);
    assert.equal(engine.count(gray).moving, 0);
    assert.equal(engine.count(picture(6, 8, () => GRAY)).moving, undefined);
  });

  it('counts red and moving pixels', () => {
    const engine = new BuiltinEngine();
    engine.count(gray);
    assert.deepEqual(
      engine.count(picture(8, 6, () => RED)),
      { pixels: 48, red: 48, moving: 0 },
      'this red is about as bright as the gray before',
    );
    assert.deepEqual(engine.count(picture(8, 6, () => [255, 255, 255])), { pixels: 48, red: 0, moving: 48 });
  });
});
