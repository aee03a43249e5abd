import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Background, medianChange } from '../../../../../nodes/lib/detection/rules/road/background';
import { countOf } from '../../../../../nodes/lib/detection/rules/road/cells';
import { Canvas } from '../../canvas';

const SIZE = { width: 40, height: 20 };
const NONE = new Uint8Array(SIZE.width * SIZE.height);

/** A gray road with a box on it. */
function road({ gray = 0x606060, box }: { gray?: number; box?: number } = {}) {
  const canvas = new Canvas(SIZE);
  canvas.box(0, 0, SIZE.width, SIZE.height, gray);
  if (box !== undefined) canvas.box(10, 5, 6, 4, box);
  return canvas.frame();
}

describe('the background', () => {
  it('marks the cells that differ from the usual road, and no others', () => {
    const { changed, reddened } = new Background(road()).compare(road({ box: 0xe0e0e0 }));
    assert.equal(countOf(changed), 24);
    assert.equal(countOf(reddened), 0, 'white is not red');
  });

  it('marks what became red', () => {
    const { reddened } = new Background(road()).compare(road({ box: 0xe02010 }));
    assert.equal(countOf(reddened), 24);
  });

  it('takes the light of the whole picture out: dusk and haze change nothing', () => {
    const background = new Background(road());
    for (const gray of [0x404040, 0x909090])
      assert.equal(countOf(background.compare(road({ gray })).changed), 0);
  });

  it('learns what stays, and forgets nothing for what only passes', () => {
    const background = new Background(road());
    for (let second = 0; second < 60; second += 1) background.learn(road(), 1, NONE);
    const parked = road({ box: 0xb0b0b0 });
    background.learn(parked, 1, NONE);
    assert.equal(countOf(background.compare(parked).changed), 24, 'after a second it is still new');
    for (let second = 0; second < 120; second += 1) background.learn(parked, 1, NONE);
    assert.equal(countOf(background.compare(parked).changed), 0, 'after two minutes it is the road');
  });

  it('leaves cells alone that it must not learn', () => {
    const background = new Background(road());
    const parked = road({ box: 0xb0b0b0 });
    const all = NONE.map(() => 1);
    for (let second = 0; second < 120; second += 1) background.learn(parked, 1, all);
    assert.equal(countOf(background.compare(parked).changed), 24);
  });

  it('measures by how much a picture changes', () => {
    assert.equal(medianChange(road({ gray: 0x707070 }), road()), 0x10);
  });
});
