import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Area } from '../../../../nodes/lib/detection/areas';
import { eachFrame } from '../scenes';
import {
  flames,
  noise,
  stopping,
  STREET,
  STREET_SIZE,
  traffic,
  TREE,
  vehicle,
  type Layer,
  type Scene,
} from '../../../unit/detection/street';
import { names, Watch, watchScene, type Found } from '../../../unit/detection/watch';

/** Around the tree. */
const IGNORED: Area = {
  kind: 'ignore',
  points: [
    [0, 0],
    [0.31, 0],
    [0.31, 0.42],
    [0, 0.42],
  ],
};

const NIGHT: Layer = (canvas, time) => {
  STREET(canvas, time);
  for (let at = 0; at < canvas.data.length; at += 1) canvas.data[at] = 0.55 * canvas.data[at] - 40;
};

/** What a camera adds to the picture from one second to another. */
const between =
  (from: number, to: number, effect: Layer): Layer =>
  (canvas, time) => {
    if (time >= from && time < to) effect(canvas, time);
  };

const painted =
  (colour: number): Layer =>
  (canvas) => {
    canvas.box(0, 0, 320, 180, colour);
  };

/** A running mean over 40 pixels of a row: nothing sharp is left. */
const blur: Layer = ({ data, size: { width, height } }) => {
  const reach = 20;
  for (let y = 0; y < height; y += 1)
    for (let channel = 0; channel < 3; channel += 1) {
      const at = (x: number) => (y * width + Math.max(0, Math.min(width - 1, x))) * 3 + channel;
      const row = Array.from({ length: width + 2 * reach }, (_, x) => data[at(x - reach)]);
      let sum = row.slice(0, 2 * reach).reduce((all, level) => all + level, 0);
      for (let x = 0; x < width; x += 1) {
        data[at(x)] = sum / (2 * reach);
        sum += row[x + 2 * reach] - row[x];
      }
    }
};

describe('road rules on a street', () => {
  const quiet = (what: string, scene: Scene) => {
    it(what, () => {
      assert.deepEqual(watchScene(scene), []);
    });
  };

  quiet('find nothing on two minutes of empty street', { layers: [STREET], seconds: 120 });

  quiet('find nothing while traffic passes in both directions, nor when it has passed', {
    layers: [STREET, ...traffic(40)],
    seconds: 80,
  });

  it('raise one collision when traffic stops', () => {
    const found = watchScene({ layers: [STREET, ...traffic(30), stopping(30)], seconds: 70 });
    assert.deepEqual(names(found), ['collision']);
    assert.ok(found[0].at > 38 && found[0].at < 46, `at ${found[0].at} s`);
  });

  it('see it under a tree in the wind when the tree is ignored, and not when it is not', () => {
    const scene = { layers: [STREET, ...traffic(20), stopping(20), TREE], seconds: 50 };
    assert.deepEqual(names(watchScene(scene)), []);
    assert.deepEqual(names(watchScene(scene, [IGNORED])), ['collision']);
  });

  for (const fps of [4, 10, 25])
    it(`raise one fire when flames grow over a fifth of the picture, at ${fps} frames a second`, () => {
      const found = watchScene({ layers: [STREET, ...traffic(10), flames(10)], seconds: 40, fps });
      assert.deepEqual(names(found), ['fire']);
    });

  quiet('take a red lorry that fills a third of the picture for no fire', {
    layers: [
      STREET,
      vehicle({ colour: 0xc81e14, size: [210, 96], x: (time) => (time % 14) * 55 - 215, y: 64 }),
    ],
    seconds: 45,
  });

  quiet('take the tint of a sunset for no fire', {
    layers: [
      STREET,
      ...traffic(),
      (canvas, time) => {
        canvas.blend(0, 0, 320, 180, 0xff4000, () => 0.6 * Math.min(1, Math.max(0, (time - 10) / 50)));
      },
    ],
    seconds: 80,
  });

  quiet('find nothing in headlights at night', {
    layers: [
      NIGHT,
      (canvas, time) => {
        canvas.glow((time % 6) * 90 - 130, 112, 120, 40, 0xfff4d0);
      },
    ],
    seconds: 60,
    camera: [noise(5)],
  });

  quiet('ignore jumps of the exposure', {
    layers: [STREET, ...traffic(40)],
    seconds: 80,
    camera: [noise(3, (time) => (time % 20 > 10 ? 46 : 0))],
  });

  for (const [fault, effect] of Object.entries({
    covered: painted(0x705c50),
    dark: painted(0x040404),
    blurred: blur,
  }))
    it(`say once that the camera is ${fault}, and raise no incident`, () => {
      const camera = [between(16, 30, effect), noise(1)];
      const found = watchScene({ layers: [STREET, ...traffic()], seconds: 45, camera });
      assert.deepEqual(names(found), [fault]);
      assert.ok(found[0].at >= 18 && found[0].at < 22, `at ${found[0].at} s`);
    });

  it('take what a storm does to the lens by turns for one fault, and still see what happens between', () => {
    const camera = [
      between(15, 23, blur),
      between(31, 36, painted(0x040404)),
      between(50, 60, painted(0x8c8c90)),
      between(66, 72, blur),
      noise(1),
    ];
    const layers = [STREET, ...traffic(80), stopping(80)];
    assert.deepEqual(names(watchScene({ layers, seconds: 100, camera })), ['blurred', 'collision']);
  });
});

/** Real traffic where it is at hand: cars that drive, and none that stops. */
const FOOTAGE = process.env.V2X_FOOTAGE || join(__dirname, '../../../../../shared/footage');

async function watchFilm(path: string, fps: number, seconds: number): Promise<Found[]> {
  const watch = new Watch([], fps);
  await eachFrame({ url: path }, STREET_SIZE, { fps, seconds }, (frame) => {
    watch.take(frame);
  });
  assert.ok(watch.frames >= seconds * fps - 1, `${watch.frames} frames`);
  return watch.found;
}

describe('road rules on real traffic', () => {
  for (const [film, seconds] of [
    ['car-detection.mp4', 29],
    ['highway-02.avi', 29],
    ['highway-03.avi', 27],
  ] as const) {
    const path = join(FOOTAGE, film);
    const skip = existsSync(path) ? false : `no ../shared/footage/${film}`;
    it(`find nothing on ${film}`, { skip }, async () => {
      assert.deepEqual(await watchFilm(path, 10, seconds), []);
    });
  }
});
