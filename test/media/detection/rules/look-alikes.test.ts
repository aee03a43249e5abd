import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  car,
  DUSK,
  flames,
  stopping,
  STREET,
  traffic,
  vehicle,
  type Layer,
} from '../../../unit/detection/street';
import { names, watchScene } from '../../../unit/detection/watch';

/** A lamp that lights a patch of the verge from one second to another. */
const lamp =
  (from: number, { until = Infinity, fade = 0.01 } = {}): Layer =>
  (canvas, time) => {
    if (time < from || time >= until) return;
    canvas.glow(10, 140, 120, 40, 0xfff0c0, 1.2 * Math.min(1, (time - from) / fade));
  };

const sign: Layer = (canvas, time) => {
  if (time > 10) canvas.box(140, 30, 60, 20, 0xffffff);
};

/** What a low sun adds behind the hedge: shadows of a tree, all at once. */
const shadows: Layer = (canvas, time) => {
  for (let x = 20; time > 12 && x < 140; x += 24) canvas.blend(x, 66, 14, 40, 0x101418, () => 0.7);
};

describe('what did not come to a stop', () => {
  const cases: Record<string, readonly Layer[]> = {
    'the light of a street lamp that goes on during traffic': [STREET, ...traffic(15), lamp(8)],
    'one that goes on just before traffic ends': [STREET, ...traffic(15), lamp(14)],
    'one that takes two seconds to light up': [STREET, ...traffic(15), lamp(12, { fade: 2 })],
    'one at dusk': [DUSK, ...traffic(15), lamp(13)],
    'one that goes on when nothing moves': [STREET, ...traffic(15), lamp(19)],
    'the dark where a lamp went off': [STREET, lamp(0, { until: 12 }), ...traffic(15)],
    'a sign that is switched on': [STREET, sign, ...traffic(15)],
    'the shadows of a tree when the sun comes out': [STREET, shadows, ...traffic(15)],
    'a car that is parked from the beginning': [STREET, car(0xd0d0d0, () => 140, 68), ...traffic(15)],
    'the road where a parked car drove off': [
      STREET,
      ...traffic(15),
      car(0xd0d0d0, (time) => 140 + Math.max(0, time - 12) * 60, 68),
    ],
    'a car that parked long before the traffic ended': [
      STREET,
      ...traffic(22),
      car(0xd0d0d0, (time) => Math.min(140, (time - 8) * 60 - 60), 68),
    ],
    'the brake lights of a parked car at dusk': [
      DUSK,
      ...traffic(15),
      (canvas, time) => {
        if (time > 13) for (const x of [200, 240]) canvas.glow(x - 20, 66, 40, 30, 0xff2010);
      },
    ],
  };
  for (const [what, layers] of Object.entries(cases))
    it(`counts as standing there: ${what}`, () => {
      assert.deepEqual(names(watchScene({ layers, seconds: 36 })), []);
    });

  it('is no reason to miss a car that stops beside it', () => {
    const layers = [STREET, sign, lamp(14), ...traffic(15), stopping(15)];
    assert.deepEqual(names(watchScene({ layers, seconds: 36 })), ['collision']);
  });

  it('is not a car that stopped a moment before the last one passed', () => {
    const layers = [STREET, ...traffic(18), stopping(13)];
    assert.deepEqual(names(watchScene({ layers, seconds: 36 })), ['collision']);
  });

  it('are not two cars that hit each other', () => {
    const head = stopping(15, 0xc0c0b8);
    const rear = car(0x30343c, (time) => (time < 16 ? -100 : Math.min(85, (time - 16) * 70 - 60)));
    assert.deepEqual(names(watchScene({ layers: [STREET, ...traffic(15), head, rear], seconds: 36 })), [
      'collision',
    ]);
  });
});

const BUS_RED = 0xc81e14;

/** A bus over 40 % of the picture that stands for 15 s. */
const bus = vehicle({
  colour: BUS_RED,
  size: [270, 100],
  x: (time) => Math.min(25, (time - 5) * 150 - 280) + Math.max(0, time - 20) * 150,
  y: 60,
});

/** A flag from a pole at its left, over 30 % of the picture: its folds run along it and shade it. */
const flag: Layer = (canvas, time) => {
  for (let x = 0; time > 5 && x < 190; x += 2) {
    const phase = time * 9 - x / 25;
    const level = (base: number) => Math.round(base * (1 + 0.2 * Math.cos(phase)));
    const colour = (level(0xd2) << 16) | (level(0x20) << 8) | level(0x18);
    canvas.box(60 + x, 45 + ((8 * x) / 190) * Math.sin(phase), 2, 90, colour);
  }
};

const redAfter =
  (second: number, share: (time: number) => number, [left, width] = [60, 190]): Layer =>
  (canvas, time) => {
    if (time > second) canvas.blend(left, 45, width, 100, 0xe03818, () => share(time - second));
  };

describe('red that is no fire', () => {
  const cases: Record<string, readonly Layer[]> = {
    'a bus that stands for 15 s': [bus],
    'a red lorry that creeps past': [
      vehicle({ colour: BUS_RED, size: [250, 100], x: (time) => time * 14 - 260, y: 60 }),
    ],
    'a flag that waves': [flag],
    'a red light that comes on and stays': [redAfter(5, () => 0.9)],
    'a red sign that blinks': [redAfter(5, (time) => (time % 0.5 < 0.35 ? 1 : 0))],
    'a sunset on a house front': [redAfter(5, (time) => Math.min(0.85, time / 10))],
  };
  for (const [what, layers] of Object.entries(cases))
    it(what, () => {
      assert.deepEqual(names(watchScene({ layers: [STREET, ...traffic(), ...layers], seconds: 32 })), []);
    });

  it('does not hide the fire beside it', () => {
    const light = redAfter(3, () => 0.9, [0, 40]);
    const found = watchScene({ layers: [STREET, ...traffic(), light, flames(5)], seconds: 32 });
    assert.deepEqual(names(found), ['fire']);
  });
});
