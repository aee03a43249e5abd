import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Area, Point } from '../../../../nodes/lib/detection/areas';
import { MaskOfAreas, rasterise } from '../../../../nodes/lib/detection/engine/mask';

const watch = (...points: Point[]): Area => ({ kind: 'watch', points });
const ignore = (...points: Point[]): Area => ({ kind: 'ignore', points });
const box = (left: number, top: number, right: number, bottom: number): Point[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

/** The mask as rows of `#` (counts) and `.`. */
function drawn(areas: readonly Area[], width: number, height: number): string[] {
  const mask = rasterise(areas, { width, height });
  assert.ok(mask);
  assert.ok(mask.data.every((byte) => byte === 0 || byte === 255));
  const row = (y: number) => [...mask.data.subarray(y * width, (y + 1) * width)];
  return Array.from({ length: height }, (_, y) =>
    row(y)
      .map((byte) => (byte > 0 ? '#' : '.'))
      .join(''),
  );
}

describe('rasterise', () => {
  it('lets all pixels count without areas', () => {
    assert.equal(rasterise([], { width: 4, height: 4 }), undefined);
  });

  it('takes the pixels whose middle lies inside, whatever way round the corners go', () => {
    const half = ['##..', '##..'];
    assert.deepEqual(drawn([watch(...box(0, 0, 0.5, 1))], 4, 2), half);
    assert.deepEqual(drawn([watch(...box(0, 0, 0.5, 1).reverse())], 4, 2), half);
    assert.deepEqual(drawn([watch(...box(0, 0, 0.37, 1))], 4, 2), ['#...', '#...']);
    assert.deepEqual(drawn([watch(...box(0, 0, 1, 1))], 3, 2), ['###', '###']);
  });

  it('draws slanted and concave areas', () => {
    assert.deepEqual(drawn([watch([0, 0], [1, 0], [0, 1])], 4, 4), ['###.', '##..', '#...', '....']);
    const notched = watch([0, 0], [1, 0], [1, 1], [0.5, 0.25], [0, 1]);
    assert.deepEqual(drawn([notched], 8, 4), ['########', '###..###', '##....##', '#......#']);
  });

  it('lays areas over each other: watched ones together, then without the ignored', () => {
    const areas = [
      ignore(...box(0.25, 0, 0.5, 1)),
      watch(...box(0, 0, 0.5, 1)),
      watch(...box(0.25, 0.5, 0.75, 1)),
    ];
    assert.deepEqual(drawn(areas, 4, 2), ['#...', '#.#.']);
    assert.deepEqual(drawn([ignore(...box(0, 0, 0.5, 1))], 4, 1), ['..##'], 'all else is watched');
    assert.deepEqual(drawn([ignore(...box(0, 0, 1, 1))], 2, 2), ['..', '..']);
  });

  it('follows the even-odd rule where an area crosses itself', () => {
    const bowtie = watch([0, 0], [1, 1], [1, 0], [0, 1]);
    assert.deepEqual(drawn([bowtie], 6, 4), ['#....#', '##..##', '##..##', '#....#']);
    // A pentagram's middle is outside by this rule.
    const tip = (n: number): Point => [
      0.5 + 0.5 * Math.sin(n * 2.513274),
      0.5 - 0.5 * Math.cos(n * 2.513274),
    ];
    const star = rasterise([watch(tip(0), tip(1), tip(2), tip(3), tip(4))], { width: 99, height: 99 });
    assert.equal(star?.data[49 * 99 + 49], 0);
    assert.equal(star.data[10 * 99 + 49], 255);
  });

  it('gives an area that holds no middle of a pixel the pixel it lies on', () => {
    assert.deepEqual(drawn([watch([0.3, 0.3], [0.31, 0.3], [0.3, 0.31])], 4, 2), ['.#..', '....']);
    assert.deepEqual(drawn([watch([1, 1], [1, 1], [1, 1])], 3, 2), ['...', '..#']);
    assert.deepEqual(drawn([watch([0, 0.5], [0.5, 0.5], [1, 0.5])], 3, 3), ['...', '.#.', '...'], 'a line');
    assert.deepEqual(drawn([watch(...box(0, 0, 1, 1))], 1, 1), ['#']);
    const thereAndBack = watch([0.9999999999999988, 0.9999999999999987], [0, 0], [0, 0], [0, 0]);
    const mask = rasterise([thereAndBack], { width: 3, height: 9 })?.data ?? new Uint8Array();
    assert.equal(mask.filter((byte) => byte > 0).length, 1, 'a line through the middle of a pixel');
  });

  it('agrees with a test of every pixel, for any areas', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const corners = fc.array(fc.tuple(share, share), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(
        corners,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (points, width, height) => {
          const mask = rasterise([watch(...points)], { width, height })?.data ?? new Uint8Array();
          const expected = Uint8Array.from({ length: width * height }, (_, at) => {
            const middle = [((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height] as const;
            return isInside(points, middle) ? 255 : 0;
          });
          if (expected.includes(255)) assert.deepEqual(mask, expected);
          else assert.equal(mask.filter((byte) => byte > 0).length, 1);
        },
      ),
    );
  });
});

/** The even-odd rule by a ray to the right, as W. R. Franklin's PNPOLY. */
function isInside(points: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  points.forEach((point, index) => {
    const next = points[(index + 1) % points.length];
    const [[x1, y1], [x2, y2]] = point[1] < next[1] ? [point, next] : [next, point];
    if (y1 <= y !== y2 <= y && x1 + ((y - y1) / (y2 - y1)) * (x2 - x1) <= x) inside = !inside;
  });
  return inside;
}

describe('MaskOfAreas', () => {
  it('makes one mask per size of the frames', () => {
    const masks = new MaskOfAreas([watch(...box(0, 0, 0.5, 1))]);
    const first = masks.for({ width: 4, height: 2 });
    assert.equal(masks.for({ width: 4, height: 2 }), first);
    assert.equal(masks.for({ width: 2, height: 2 })?.data.length, 4);
    assert.equal(new MaskOfAreas([]).for({ width: 4, height: 2 }), undefined);
  });
});
