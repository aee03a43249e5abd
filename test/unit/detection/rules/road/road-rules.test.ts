import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { framesOf, noise, type Layer, type Scene } from '../../street';
import { names, Watch, watchScene } from '../../watch';

/** A road with lanes. */
const ROAD: Layer = (canvas) => {
  canvas.box(0, 0, 320, 180, 0x606468);
  canvas.box(0, 0, 320, 50, 0x90a0b0);
  for (const x of [100, 210]) canvas.box(x, 50, 4, 130, 0xffffff);
  canvas.box(20, 60, 30, 60, 0x305030);
};

const van =
  (x: (time: number) => number): Layer =>
  (canvas, time) => {
    canvas.box(x(time), 100, 60, 30, 0x202020);
  };

/** From left to right every four seconds. */
const driving = (time: number) => (time % 4) * 100 - 60;

const scene = (x: (time: number) => number, seconds: number): Scene => ({
  layers: [ROAD, van(x)],
  seconds,
  camera: [noise(2)],
});

describe('road rules', () => {
  it('raise one collision when traffic stops, however long it stands', () => {
    const found = watchScene(scene((time) => (time < 41.5 ? driving(time) : 120), 180));
    assert.deepEqual(names(found), ['collision']);
    assert.ok(found[0].at >= 50 && found[0].at < 54, `at ${found[0].at} s`);
  });

  it('raise it again for the next stop', () => {
    const stops = (time: number) => (time >= 41.5 && time <= 80) || time > 121.5;
    const found = watchScene(scene((time) => (stops(time) ? 120 : driving(time)), 160));
    assert.deepEqual(names(found), ['collision', 'collision']);
  });

  it('say that the camera is frozen, once, and raise no incident', () => {
    const watch = new Watch();
    const frames = [...framesOf(scene(driving, 32))];
    const stuck = frames[frames.length - 1];
    for (const frame of [...frames, ...Array.from({ length: 380 }, () => ({ ...stuck }))]) watch.take(frame);
    assert.deepEqual(names(watch.found), ['frozen']);
  });
});
