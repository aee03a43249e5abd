import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readAreas, type Area } from '../../../nodes/lib/detection/areas';
import { V2xError } from '../../../nodes/lib/errors';

const TRIANGLE: Area = {
  kind: 'watch',
  points: [
    [0, 0],
    [1, 0],
    [0.5, 1],
  ],
};

const refuses = (value: unknown, words: RegExp) => {
  assert.throws(
    () => readAreas(value),
    (error: V2xError) => {
      assert.equal(error.code, 'setting');
      assert.match(error.message, words);
      return true;
    },
  );
};

describe('readAreas', () => {
  it('reads a list, JSON of one, and nothing', () => {
    assert.deepEqual(readAreas([TRIANGLE]), [TRIANGLE]);
    assert.deepEqual(readAreas(JSON.stringify([TRIANGLE, { ...TRIANGLE, kind: 'ignore' }])), [
      TRIANGLE,
      { ...TRIANGLE, kind: 'ignore' },
    ]);
    for (const none of [undefined, '', []]) assert.deepEqual(readAreas(none), []);
  });

  it('keeps only what an area is made of', () => {
    assert.deepEqual(readAreas([{ ...TRIANGLE, colour: 'red', __proto__: { evil: true } }]), [TRIANGLE]);
  });

  it('says which area is wrong, and how', () => {
    const points = (...list: unknown[]) => [TRIANGLE, { kind: 'watch', points: list }];
    refuses('{', /neither a list of areas nor JSON/);
    refuses({}, /must be a list/);
    refuses('"x"', /must be a list/);
    refuses([null], /area 1 is neither "watch" nor "ignore"/);
    refuses([TRIANGLE, { kind: 'hide', points: TRIANGLE.points }], /area 2 is neither "watch"/);
    refuses([{ kind: 'watch' }], /area 1 has no list of points/);
    refuses(points([0, 0], [1, 1]), /area 2 has 2 points; it must have 3 to 64/);
    refuses(points(...Array<unknown>(65).fill([0, 0])), /area 2 has 65 points/);
    for (const bad of [[0], [0, 1, 2], [0, -0.1], [0, 1.1], [0, NaN], [0, Infinity], [0, '1'], 'ab', null])
      refuses(points([0, 0], [1, 1], bad), /area 2 has a point that is not two numbers from 0 to 1/);
    refuses(Array<unknown>(33).fill(TRIANGLE), /has 33 entries; at most 32/);
    refuses(' '.repeat(200_001), /too long/);
  });

  it('takes or refuses anything, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          assert.ok(Array.isArray(readAreas(value)));
        } catch (error) {
          assert.ok(error instanceof V2xError);
        }
      }),
    );
  });
});
