import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CameraHealth } from '../../../../nodes/lib/detection/rules/camera-health';
import type { View } from '../../../../nodes/lib/detection/rules/view';
import { picture, type Colour } from '../pictures';

const looks = (colour: (x: number) => Colour, sharpness = 10): View => ({
  thumbnail: picture(20, 10, (x) => colour(x)),
  sharpness,
  identical: false,
});
const striped = (x: number): Colour => (x % 2 === 0 ? [40, 40, 40] : [180, 180, 180]);
const GOOD = looks(striped);
const DARK = looks(() => [2, 2, 2]);
const COVERED = looks(() => [90, 90, 90]);
const BLURRED = looks(striped, 1);
const FROZEN: View = { ...GOOD, identical: true };

const FPS = 5;

/** Each fault that begins, and each end, with its second, in spells of pictures. */
function changes(spells: readonly (readonly [View, number])[]): string[] {
  const health = new CameraHealth();
  const found: string[] = [];
  let before = 'good';
  let frames = 0;
  for (const [view, seconds] of spells)
    for (let frame = 0; frame < seconds * FPS; frame += 1) {
      const fault = health.judge(view, 1 / FPS) ?? 'good';
      if (fault !== before) found.push(`${fault}@${Math.round(frames / FPS)}`);
      before = fault;
      frames += 1;
    }
  return found;
}

describe('CameraHealth', () => {
  for (const [fault, view, delay] of [
    ['dark', DARK, 3],
    ['covered', COVERED, 3],
    ['blurred', BLURRED, 3],
    ['frozen', FROZEN, 18],
  ] as const)
    it(`finds that a camera is ${fault} when it has been for ${delay} s, until it has been good for a minute`, () => {
      assert.deepEqual(
        changes([
          [GOOD, 20],
          [view, 40],
          [GOOD, 70],
        ]),
        [`${fault}@${20 + delay}`, 'good@120'],
      );
    });

  it('takes no notice of what lasts less than 3 s', () => {
    const lorries = Array.from({ length: 10 }, () => [[GOOD, 10] as const, [COVERED, 2] as const]).flat();
    assert.deepEqual(changes(lorries), []);
  });

  it('takes faults that come and go for one, also of different kinds', () => {
    const storm = [DARK, BLURRED, COVERED, BLURRED, DARK].flatMap((view) => [
      [view, 8] as const,
      [GOOD, 25] as const,
    ]);
    assert.deepEqual(changes([[GOOD, 20], ...storm, [GOOD, 60]]), ['dark@23', 'good@220']);
  });

  it('says when pictures can be judged again, before the fault is over', () => {
    const health = new CameraHealth();
    const after = (view: View, seconds: number) => {
      for (let frame = 0; frame < seconds * FPS; frame += 1) health.judge(view, 1 / FPS);
      return health.isFit;
    };
    assert.equal(after(GOOD, 10), true);
    assert.equal(after(DARK, 4), false);
    assert.equal(after(GOOD, 2), false);
    assert.equal(after(GOOD, 2), true);
    assert.equal(after(DARK, 0.2), false);
  });
});
