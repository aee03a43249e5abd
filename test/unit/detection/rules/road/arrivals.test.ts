import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Arrivals } from '../../../../../nodes/lib/detection/rules/road/arrivals';
import { picture, type Colour } from '../../pictures';

const [WIDTH, HEIGHT] = [80, 45];
const ROAD: Colour = [100, 100, 100];
const CAR: Colour = [40, 30, 120];

interface Box {
  readonly x: number;
  readonly y?: number;
  readonly width?: number;
  readonly colour?: Colour;
}

/** Cells of what stands in the last picture that drove in, when pictures come five times a second. */
function arrived(pictures: readonly (readonly Box[])[]): number {
  const road = Float32Array.from(picture(WIDTH, HEIGHT, () => ROAD).data);
  const arrivals = new Arrivals(new Uint8Array(WIDTH * HEIGHT).fill(1));
  let cells = 0;
  for (const boxes of pictures) {
    const changed = new Uint8Array(WIDTH * HEIGHT);
    const thumbnail = picture(WIDTH, HEIGHT, (x, y) => {
      const box = boxes.findLast(
        ({ x: left, y: top = 20, width = 12 }) => x >= left && x < left + width && y >= top && y < top + 6,
      );
      if (box) changed[y * WIDTH + x] = 1;
      return box?.colour ?? (box ? CAR : ROAD);
    });
    arrivals.watch(thumbnail, changed, 0.2);
    cells = arrivals.arrivedCells(changed, thumbnail, road);
  }
  return cells;
}

const drives = (to: number) => Array.from({ length: 8 }, (_, step) => [{ x: to - 4 * (7 - step) }]);
const stands = (seconds: number, ...boxes: Box[]) => Array.from({ length: 5 * seconds }, () => boxes);

describe('Arrivals', () => {
  it('knows a car that drove in, however long it stands', () => {
    assert.equal(arrived([...drives(40), ...stands(60, { x: 40 })]), 72);
  });

  it('knows one that came to rest across its old place', () => {
    const steps = [0, 5, 10, 13, 15].map((y) => [{ x: 30, y }]);
    assert.equal(arrived([...steps, ...stands(9, { x: 30, y: 15 })]), 72);
  });

  it('does not take what appears where it stays for one', () => {
    assert.equal(arrived([...stands(5), ...stands(9, { x: 40 })]), 0);
  });

  it('does not take what lights up beside passing cars for one', () => {
    const lit: Box = { x: 40, y: 30, colour: [190, 230, 240] };
    const passing = Array.from({ length: 12 }, (_, step) => [lit, { x: 6 * step }]);
    assert.equal(arrived([...drives(40), ...passing, ...stands(9, lit)]), 0);
  });

  it('does not take the road that a car leaves behind for one', () => {
    const ghost: Box = { x: 40, colour: [150, 160, 150] };
    const leaving = Array.from({ length: 8 }, (_, step) => [ghost, { x: 40 + 5 * step }]);
    assert.equal(arrived([...stands(2), ...leaving, ...stands(9, ghost)]), 0);
  });

  it('forgets a car that stands while traffic passes', () => {
    const passing = Array.from({ length: 40 }, (_, step) => [{ x: 40 }, { x: (6 * step) % 80, y: 36 }]);
    assert.equal(arrived([...drives(40), ...passing, ...stands(9, { x: 40 })]), 0);
  });
});
