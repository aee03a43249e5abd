import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codesOf, meaningOf, parseCodes } from '../../../nodes/lib/j2735/codes';
import { headingSlices, parseDirections } from '../../../nodes/lib/j2735/heading';
import {
  degreesOf,
  extentOf,
  metresOfExtent,
  metresOfRadius,
  placeOf,
  radiusOf,
} from '../../../nodes/lib/j2735/place';
import { PROFILES } from '../../../nodes/lib/j2735/profiles';
import { dateTimeOf, minuteOfYear, timeOfDate, timeOfMinute, yearOf } from '../../../nodes/lib/j2735/time';

const at = (text: string) => Date.parse(text) / 1000;

describe('times', () => {
  it('count the minutes of the year in UTC, wherever the unit stands', () => {
    const table: [string, number][] = [
      ['2026-01-01T00:00:00Z', 0],
      ['2026-01-01T00:00:59.999Z', 0],
      ['2026-01-01T00:01:00Z', 1],
      // Korea is nine hours ahead: still the year before.
      ['2026-01-01T08:59:00+09:00', 525_599],
      ['2026-12-31T23:59:59Z', 525_599],
      ['2028-12-31T23:59:59Z', 527_039],
      ['2026-11-18T11:06:40Z', 462_906],
    ];
    for (const [text, minute] of table) assert.equal(minuteOfYear(at(text)), minute, text);
  });

  it('are found again next to now, also over New Year', () => {
    const now = at('2027-01-01T00:00:10Z');
    assert.equal(timeOfMinute(525_599, now), at('2026-12-31T23:59:00Z'));
    assert.equal(timeOfMinute(0, now), at('2027-01-01T00:00:00Z'));
    assert.equal(timeOfMinute(0, at('2026-12-31T23:59:50Z')), at('2027-01-01T00:00:00Z'));
    assert.equal(timeOfMinute(5, now, 2024), at('2024-01-01T00:05:00Z'));
    assert.equal(timeOfMinute(5, now, 0), at('2027-01-01T00:05:00Z'));
    assert.equal(timeOfMinute(527_040, now), undefined);
    assert.equal(timeOfMinute(undefined, now), undefined);
  });

  it('before 1970 are none', () => {
    assert.equal(timeOfMinute(0, at('2026-01-01T00:00:00Z'), 1969), undefined);
    assert.equal(timeOfDate({ year: 1969, month: 12, day: 31, hour: 23, minute: 59 }), undefined);
    assert.equal(timeOfDate({ year: 1970, month: 1, day: 1, hour: 0, minute: 0 }), 0);
  });

  it('keep the millisecond, which DSecond counts', () => {
    const time = at('2026-11-18T11:06:40.123Z');
    assert.deepEqual(dateTimeOf(time), {
      year: 2026,
      month: 11,
      day: 18,
      hour: 11,
      minute: 6,
      second: 40_123,
    });
    assert.equal(timeOfDate(dateTimeOf(time)), time);
    assert.equal(yearOf(time), 2026);
  });

  it('are nothing where any part is unavailable', () => {
    const date = dateTimeOf(at('2026-11-18T11:06:40Z'));
    for (const missing of [
      { year: 0 },
      { month: 0 },
      { day: 0 },
      { hour: 31 },
      { minute: 60 },
      { year: undefined },
    ])
      assert.equal(timeOfDate({ ...date, ...missing }), undefined, JSON.stringify(missing));
    assert.equal(timeOfDate({ ...date, second: 65_535 }), at('2026-11-18T11:06:00Z'));
    assert.equal(timeOfDate({ ...date, hour: 20, offset: 540 }), at('2026-11-18T11:06:40Z'));
    assert.equal(timeOfDate(undefined), undefined);
  });
});

describe('places', () => {
  it('count tenths of a microdegree, over the whole world', () => {
    const table: [number, number, number, number][] = [
      [37.3901, 126.6413, 373_901_000, 1_266_413_000],
      [-90, -179.9999999, -900_000_000, -1_799_999_999],
      [90, 180, 900_000_000, 1_800_000_000],
      // There is no -180 degrees: it is the same meridian.
      [0, -180, 0, 1_800_000_000],
    ];
    for (const [lat, lon, unitsLat, unitsLong] of table) {
      assert.deepEqual(placeOf(lat, lon), { lat: unitsLat, long: unitsLong });
      assert.deepEqual(degreesOf({ lat: unitsLat, long: unitsLong }), { lat, lon: lon === -180 ? 180 : lon });
    }
    assert.equal(placeOf(undefined, 1), undefined);
  });

  it('are nothing where they are unavailable', () => {
    assert.deepEqual(degreesOf({ lat: 900_000_001, long: 0 }), {});
    assert.deepEqual(degreesOf({ lat: 0, long: 1_800_000_001 }), {});
    assert.deepEqual(degreesOf(undefined), {});
  });

  it('matter to the next extent that reaches as far', () => {
    const table: [number, string][] = [
      [0, 'useInstantlyOnly'],
      [2.5, 'useFor3meters'],
      [300, 'useFor500meters'],
      [500, 'useFor500meters'],
      [501, 'useFor1000meters'],
      [100_000, 'useFor100000meters'],
      [20_000_000, 'forever'],
    ];
    for (const [metres, extent] of table) assert.equal(extentOf(metres), extent, `${metres}`);
    assert.equal(metresOfExtent('useFor5000meters'), 5000);
    assert.equal(metresOfExtent('forever'), undefined);
  });

  it('matter within the next circle that reaches as far', () => {
    assert.deepEqual(radiusOf(500), { radius: 500, units: 'meter' });
    assert.deepEqual(radiusOf(499.5), { radius: 500, units: 'meter' });
    assert.deepEqual(radiusOf(4095), { radius: 4095, units: 'meter' });
    assert.deepEqual(radiusOf(4095.5), { radius: 5, units: 'kilometer' });
    assert.equal(metresOfRadius({ radius: 2, units: 'mile' }), 3218.688);
    assert.equal(metresOfRadius({ radius: 40, units: 'cm2-5' }), 1);
  });
});

describe('headings', () => {
  it('are slices of 22.5 degrees clockwise from north, around each direction', () => {
    const table: [string, string][] = [
      ['', '1111111111111111'],
      // 67.5 to 112.5 degrees
      ['90', '0001100000000000'],
      ['E', '0001100000000000'],
      ['0', '1000000000000001'],
      ['360', '1000000000000001'],
      // 77.5 to 122.5 degrees
      ['100', '0001110000000000'],
      ['E, W', '0001100000011000'],
      ['NNE; 202.5', '1100000011000000'],
    ];
    for (const [text, slices] of table) assert.equal(headingSlices(parseDirections(text)), slices, text);
  });

  it('are refused when they are neither degrees nor points of the compass', () => {
    for (const text of ['-1', '361', 'North', '90°'])
      assert.throws(() => parseDirections(text), /"directions" has/, text);
  });
});

describe('codes', () => {
  const korea = parseCodes(PROFILES.korea.codes);
  const us = parseCodes(PROFILES.us.codes);

  it('are those of the profile, but for the types that have a line', () => {
    const table = parseCodes('fire: 540, 6926\nlandslide: 1500 / 1407', korea);
    assert.deepEqual(codesOf(table, 'fire'), { codes: [540, 6926], cleared: 639 });
    assert.deepEqual(codesOf(table, 'landslide'), { codes: [1500], cleared: 1407 });
    assert.deepEqual(codesOf(table, 'rollover'), { codes: [513, 554], cleared: 638 });
    assert.deepEqual(codesOf(table, 'anything else'), codesOf(korea, 'unknown'));
    assert.deepEqual(codesOf(us, 'rollover'), { codes: [554, 513], cleared: 638 });
  });

  it('are refused with the line that is wrong', () => {
    for (const text of [
      'fire',
      'fire:',
      'fire: x',
      'fire: 65536',
      'fire: 540 / 65536',
      'fire: 1 2 3 4 5 6 7 8 9 10',
    ])
      assert.throws(() => parseCodes(text), new RegExp(`has the line "${text}"`), text);
  });

  it('mean the type that has most of them', () => {
    for (const table of [korea, us])
      for (const [type, { codes, cleared }] of table) {
        const { type: meant } = meaningOf(table, codes);
        // In Korea an incident of unknown type is reported as an accident.
        assert.equal(meant, type === 'unknown' && codes[0] === 513 ? 'collision' : type);
        assert.equal(meaningOf(table, [cleared]).cleared, true, `${cleared}`);
      }
    assert.deepEqual(meaningOf(us, [513, 6926]), { type: 'collision', cleared: false });
    assert.deepEqual(meaningOf(us, [65_000]), { type: 'unknown', cleared: false });
    assert.deepEqual(meaningOf(us, []), { type: 'unknown', cleared: false });
  });
});
