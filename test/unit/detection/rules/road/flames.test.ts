import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countOf } from '../../../../../nodes/lib/detection/rules/road/cells';
import { Flames } from '../../../../../nodes/lib/detection/rules/road/flames';
import { picture, pseudoRandom, type Colour } from '../../pictures';

const SIZE = { width: 40, height: 20 };

/** Share of the red cells that count as flames after five seconds of pictures. */
function flaming(fps: number, colourAt: (time: number, x: number, y: number) => Colour | undefined): number {
  const flames = new Flames(SIZE);
  let share = 0;
  for (let frame = 0; frame < 5 * fps; frame += 1) {
    const reddened = new Uint8Array(SIZE.width * SIZE.height);
    const thumbnail = picture(SIZE.width, SIZE.height, (x, y) => {
      const colour = colourAt(frame / fps, x, y);
      if (colour) reddened[y * SIZE.width + x] = 1;
      return colour ?? [100, 100, 100];
    });
    share = countOf(flames.among(reddened, thumbnail, 1 / fps)) / Math.max(1, countOf(reddened));
  }
  return share;
}

const isSign = (x: number, y: number) => x >= 10 && x < 30 && y >= 5 && y < 15;

describe('Flames', () => {
  for (const fps of [2, 5, 10, 25, 60])
    it(`finds them by their flicker at ${fps} frames a second`, () => {
      const random = pseudoRandom(fps);
      const share = flaming(fps, (_, x, y) =>
        isSign(x, y) && random(4) > 0 ? [15, 40 + random(60), 190 + random(60)] : undefined,
      );
      assert.ok(share > 0.8, `${share}`);
    });

  it('takes no red thing that stays as it is for flames', () => {
    assert.equal(
      flaming(10, (_, x, y) => (isSign(x, y) ? [20, 30, 200] : undefined)),
      0,
    );
  });

  it('takes no cloth whose folds shade it for flames', () => {
    const share = flaming(10, (time, x, y) => {
      const light = 1 + 0.25 * Math.cos(time * 12 - x / 3);
      const edge = Math.round(2 * Math.sin(time * 12 - x / 3));
      return isSign(x, y + edge) ? [20 * light, 34 * light, 200 * light] : undefined;
    });
    assert.equal(share, 0);
  });

  it('takes no sign that blinks for flames', () => {
    assert.equal(
      flaming(10, (time, x, y) => (isSign(x, y) && time % 0.6 < 0.4 ? [20, 40, 230] : undefined)),
      0,
    );
  });
});
