import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert } from '../../../nodes/lib/alert/alert';
import { causeOf, informationQuality } from '../../../nodes/lib/alert/cause';
import { AlertTable } from '../../../nodes/lib/alert/table';
import { parseCauses } from '../../../nodes/lib/denm/causes';
import { denmOf, placeOf, type DenmSettings } from '../../../nodes/lib/denm/from-alert';
import { decodeDenm, encodeDenm } from '../../../nodes/lib/denm/message';
import { alertOfDenm } from '../../../nodes/lib/denm/to-alert';
import { metresOf, relevanceOf } from '../../../nodes/lib/denm/relevance';
import { SAMPLES } from './vectors';

const DETECTED = 1_773_480_413.589;

type Changes<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

function alert(changes: Partial<Alert> = {}, event: Changes<Alert['event']> = {}): Alert {
  const type = event.type ?? 'collision';
  return {
    iss: '900100',
    sub: '900100:10',
    iat: DETECTED,
    exp: Math.ceil(DETECTED + 60),
    detected: DETECTED,
    status: 'active',
    ...changes,
    event: {
      id: 'evt-1',
      type,
      severity: 'high',
      lat: 48.1371079,
      lon: 11.5753822,
      distance_m: 500,
      informationQuality: 3,
      ...causeOf(type),
      ...event,
    } as Alert['event'],
  };
}

const settings: DenmSettings = {
  direction: 'upstreamTraffic',
  heading: undefined,
  interval: 1,
  place: undefined,
  causes: new Map(),
};
const managementOf = (one: Alert, others: Partial<DenmSettings> = {}) =>
  denmOf(one, { ...settings, ...others }).denm.management;

describe('the DENM of an alert', () => {
  it("is the one that ETSI's modules make of the same values", () => {
    assert.equal(encodeDenm(denmOf(alert(), settings)).toString('hex'), SAMPLES.collision);
    const fire = alert({ iss: '900101', sub: '900101:11' }, { type: 'fire' });
    assert.equal(encodeDenm(denmOf(fire, settings)).toString('hex'), SAMPLES.fire);
  });

  it('of a cancelled alert is a cancellation, and nothing but its management container', () => {
    const cancel = alert({ iss: '1001', sub: '1001:10', iat: DETECTED + 30, status: 'cancelled' });
    assert.equal(encodeDenm(denmOf(cancel, settings)).toString('hex'), SAMPLES.cancellation);
  });

  it('keeps its action id through update and cancel, while the reference time rises', () => {
    const versions = [0, 5, 9].map((after, index) =>
      managementOf(alert({ iat: DETECTED + after, status: index === 2 ? 'cancelled' : 'active' })),
    );
    assert.equal(new Set(versions.map(({ actionID }) => JSON.stringify(actionID))).size, 1);
    const [first, update, cancel] = versions.map(({ referenceTime }) => referenceTime);
    assert.ok(first < update && update < cancel);
  });

  it('is the same bytes for the same version, whenever it is made', () => {
    const [once, again] = [0, 1].map(() => encodeDenm(denmOf(alert(), settings)));
    assert.deepEqual(once, again);
  });

  it('says how far the event matters, in the narrowest word that takes it in', () => {
    const words = [0, 50, 51, 500, 501, 5000, 10_000, 10_001].map(relevanceOf);
    assert.deepEqual(words, [
      'lessThan50m',
      'lessThan50m',
      'lessThan100m',
      'lessThan500m',
      'lessThan1000m',
      'lessThan5km',
      'lessThan10km',
      'over10km',
    ]);
    assert.deepEqual(words.map(metresOf), [50, 50, 100, 500, 1000, 5000, 10_000, undefined]);
    const silent = managementOf(alert({}, { distance_m: undefined }));
    assert.equal(silent.relevanceDistance, undefined);
  });

  it('has the settings of the site: traffic direction, heading, interval, causes', () => {
    const causes = parseCauses('fire=2/2; wrong-way = 14/2');
    const message = denmOf(alert({}, { type: 'fire' }), {
      ...settings,
      direction: 'oppositeTraffic',
      heading: 359.96,
      interval: 0.25,
      causes,
    });
    const { management, situation, location } = message.denm;
    assert.equal(management.relevanceTrafficDirection, 'oppositeTraffic');
    assert.equal(management.transmissionInterval, 250);
    assert.deepEqual(situation?.eventType, { causeCode: 2, subCauseCode: 2 });
    assert.deepEqual(location?.eventPositionHeading, { headingValue: 0, headingConfidence: 127 });
  });

  it("is at the unit's place where the alert has none, and refused where neither has", () => {
    const nowhere = alert({}, { lat: undefined, lon: undefined });
    const { eventPosition } = managementOf(nowhere, { place: placeOf({ lat: 37.3901, lon: 126.6413 }) });
    assert.equal(eventPosition.latitude, 373_901_000);
    assert.equal(eventPosition.longitude, 1_266_413_000);
    assert.throws(() => denmOf(nowhere, settings), {
      code: 'position',
      message: /900100:10 has no place.*lat and lon/,
    });
  });

  it('ends no later than the alert, and never at once', () => {
    assert.equal(managementOf(alert()).validityDuration, 60);
    assert.equal(managementOf(alert({ exp: Math.ceil(DETECTED) })).validityDuration, 1);
  });

  it('of an alert that is out of range is refused by field, value and range', () => {
    const far = alert({ iss: '9999999999', sub: '9999999999:1' });
    assert.throws(() => encodeDenm(denmOf(far, settings)), {
      code: 'field',
      message: /stationID is 9999999999; it must be a whole number from 0 to 4294967295/,
    });
    const old = alert({ detected: DETECTED - 86_500 });
    assert.throws(() => encodeDenm(denmOf(old, settings)), {
      code: 'field',
      message: /validityDuration is 86560/,
    });
  });
});

describe('the alert of a DENM', () => {
  it('has the same action, times, place and cause', () => {
    const types = ['collision', 'fire', 'rollover', 'blockage', 'wrong-way', 'stopped-vehicle', 'pedestrian'];
    for (const type of [...types, 'queue', 'obstacle']) {
      const before = alert({}, { type, confidence: 0.5, informationQuality: informationQuality(0.5) });
      const { event, ...claims } = alertOfDenm(decodeDenm(encodeDenm(denmOf(before, settings))));
      const { event: eventBefore, ...claimsBefore } = before;
      assert.deepEqual(claims, claimsBefore);
      assert.deepEqual(event, { ...eventBefore, id: '900100:10', severity: 'unknown' });
    }
  });

  it('calls causes that no event type of ours has by a word, or else by number', () => {
    const typeOf = (causeCode: number, subCauseCode = 0) =>
      alertOfDenm(denmOf(alert({}, { causeCode, subCauseCode }), settings)).event.type;
    assert.equal(typeOf(3), 'roadworks');
    assert.equal(typeOf(94, 3), 'stopped-vehicle');
    assert.equal(typeOf(2, 1), 'collision');
    assert.equal(typeOf(200), 'cause-200');
  });

  it('cancels the warning at a cancellation, and at a negation, which bears the reference time of what it negates', () => {
    const table = new AlertTable(16);
    const one = alert({ iss: '1001', sub: '1001:12' });
    const warning = denmOf(one, settings);
    assert.equal(table.receive(alertOfDenm(warning), DETECTED).change, 'new');
    assert.equal(table.receive(alertOfDenm(warning), DETECTED).change, 'duplicate');
    const { management } = warning.denm;
    const negation = {
      header: warning.header,
      denm: { management: { ...management, termination: 'isNegation' } },
    } as const;
    assert.equal(table.receive(alertOfDenm(negation), DETECTED).change, 'cancel');
    const cancelled = alertOfDenm(decodeDenm(Buffer.from(SAMPLES.cancellation, 'hex')));
    assert.equal(cancelled.status, 'cancelled');
    assert.equal(cancelled.event.type, 'unknown');
  });

  it('has no place and no distance where the DENM has none', () => {
    const warning = denmOf(alert({}, { distance_m: 20_000 }), settings);
    const { management } = warning.denm;
    const eventPosition = { ...management.eventPosition, latitude: 900_000_001, longitude: 1_800_000_001 };
    const { event } = alertOfDenm({
      ...warning,
      denm: { ...warning.denm, management: { ...management, eventPosition } },
    });
    assert.deepEqual([event.lat, event.lon, event.distance_m], [undefined, undefined, undefined]);
  });

  it('is none when the DENM ended before it began', () => {
    const warning = denmOf(alert(), settings);
    const { management } = warning.denm;
    const over = {
      ...warning,
      denm: { ...warning.denm, management: { ...management, validityDuration: 0 } },
    };
    assert.throws(() => alertOfDenm(over), { code: 'expired', message: /900100:10 is not valid/ });
  });
});

describe('a table of causes', () => {
  it('names the entry that it cannot read', () => {
    assert.equal(parseCauses('').size, 0);
    for (const [text, entry] of [
      ['fire=2', 'fire=2'],
      ['fire=2/2, queue=300/0', 'queue=300/0'],
      ['=1/2', '=1/2'],
    ] as const)
      assert.throws(() => parseCauses(text), { code: 'setting', message: new RegExp(`"${entry}"`) });
  });
});
