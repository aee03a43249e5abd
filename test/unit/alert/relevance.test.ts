import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert } from '../../../nodes/lib/alert/alert';
import { bearingTo, distanceBetween, isRelevant, toPosition } from '../../../nodes/lib/alert/relevance';

const SEOUL = { lat: 37.5665, lon: 126.978 };
const BUSAN = { lat: 35.1796, lon: 129.0756 };
/** About 1112 m north of Seoul's place. */
const NORTH = { lat: 37.5765, lon: 126.978 };

const alertAt = (place: { lat?: number; lon?: number; distance_m?: number }): Alert => ({
  iss: '1',
  sub: '1:0',
  iat: 0,
  exp: 1,
  detected: 0,
  status: 'active',
  event: {
    id: 'e',
    type: 'fire',
    severity: 'high',
    causeCode: 94,
    subCauseCode: 6,
    informationQuality: 0,
    ...place,
  },
});

describe('isRelevant', () => {
  const table: [string, Alert, { lat: number; lon: number; heading?: number }, boolean][] = [
    ['within the distance', alertAt({ ...NORTH, distance_m: 1200 }), SEOUL, true],
    ['beyond the distance', alertAt({ ...NORTH, distance_m: 1000 }), SEOUL, false],
    ['ahead', alertAt({ ...NORTH, distance_m: 1200 }), { ...SEOUL, heading: 350 }, true],
    ['behind', alertAt({ ...NORTH, distance_m: 1200 }), { ...SEOUL, heading: 180 }, false],
    ['at the very place', alertAt({ ...SEOUL, distance_m: 500 }), { ...SEOUL, heading: 180 }, true],
    ['without a distance', alertAt(BUSAN), SEOUL, true],
    ['without a place', alertAt({ distance_m: 1 }), SEOUL, true],
    [
      'across the date line',
      alertAt({ lat: 0, lon: -179.999, distance_m: 300 }),
      { lat: 0, lon: 179.999 },
      true,
    ],
  ];
  for (const [name, alert, position, relevant] of table) {
    it(`${name}: ${relevant}`, () => {
      assert.equal(isRelevant(alert, position), relevant);
    });
  }
});

describe('distance and bearing', () => {
  it('agree with a known pair of cities', () => {
    assert.ok(Math.abs(distanceBetween(SEOUL, BUSAN) - 325_000) < 1_000);
    assert.ok(Math.abs(bearingTo(SEOUL, BUSAN) - 144.5) < 1);
    assert.equal(bearingTo(SEOUL, NORTH), 0);
  });
});

describe('toPosition', () => {
  it('takes places and nothing else', () => {
    assert.deepEqual(toPosition({ ...SEOUL, heading: 90, speed: 3 }, 'it'), { ...SEOUL, heading: 90 });
    for (const value of [
      null,
      7,
      {},
      { lat: 91, lon: 0 },
      { lat: NaN, lon: 0 },
      { ...SEOUL, heading: 'n' },
    ]) {
      assert.throws(() => toPosition(value, 'it'), { code: 'position' });
    }
  });
});
