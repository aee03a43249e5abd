import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DUSK, STREET, traffic, vehicle, type Layer } from '../../../unit/detection/street';
import { names, watchScene } from '../../../unit/detection/watch';

/** A value at the far end of the way and at the near end. */
type Range = readonly [far: number, near: number];

interface Way {
  readonly width: Range;
  readonly height: Range;
  readonly x: Range;
  readonly y: Range;
}

const CAR: Way = { width: [20, 70], height: [12, 42], x: [150, 130], y: [64, 124] };
const SMALL: Way = { width: [12, 30], height: [8, 18], x: [150, 140], y: [62, 100] };
const LARGE: Way = { width: [40, 150], height: [30, 90], x: [140, 80], y: [62, 86] };

const FROM = 15;
const SECONDS = 4;

/** A vehicle that comes towards the camera for 4 s, and stops; or drives away from it. */
const along =
  ({ width, height, x, y }: Way, away: boolean): Layer =>
  (canvas, time) => {
    if (time < FROM) return;
    const done = Math.min(1, (time - FROM) / SECONDS);
    const near = away ? 1 - done : done;
    const at = ([from, to]: Range) => from + (to - from) * near;
    const body = { colour: 0x8a2a2e, size: [at(width), at(height)], x: () => at(x), y: at(y) } as const;
    vehicle(body)(canvas, time);
  };

describe('a vehicle that stops', () => {
  const found = (what: string, way: Way, { away = false, fps = 10, light = STREET } = {}) => {
    it(what, () => {
      const layers = [light, ...traffic(FROM), along(way, away)];
      assert.deepEqual(names(watchScene({ layers, seconds: FROM + SECONDS + 12, fps })), ['collision']);
    });
  };

  for (const fps of [4, 10, 25]) {
    found(`coming towards the camera, at ${fps} frames a second`, CAR, { fps });
    found(`driving away from it, at ${fps} frames a second`, CAR, { fps, away: true });
  }
  found('coming towards the camera at dusk', CAR, { light: DUSK });
  found('driving away from it at dusk', CAR, { light: DUSK, away: true });
  found('coming towards the camera, far away', SMALL);
  found('coming towards the camera, close to it', LARGE);
  found(
    'driving away from it, close to it',
    { ...LARGE, width: [60, 150], height: [40, 90] },
    { away: true },
  );
});
