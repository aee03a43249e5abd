import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toAlert, type Alert } from '../../../nodes/lib/alert/alert';
import { parseCodes } from '../../../nodes/lib/j2735/codes';
import { decodeMessage, encodeMessage, type J2735Message } from '../../../nodes/lib/j2735/frame';
import { alertIn } from '../../../nodes/lib/j2735/incoming';
import { RoadSideAlert } from '../../../nodes/lib/j2735/messages/road-side-alert';
import { TravelerInformation } from '../../../nodes/lib/j2735/messages/traveler-information';
import { messageOf, type Site } from '../../../nodes/lib/j2735/outgoing';
import { PROFILES } from '../../../nodes/lib/j2735/profiles';
import { valuesOf } from '../../support/asn1-values';

/** 2026-11-18T11:06:40Z, minute 462,906 of its year */
const NOW = 1_795_000_000;
const KOREA: Site = {
  kind: 'RSA',
  codes: parseCodes(PROFILES.korea.codes),
  heading: '1111111111111111',
  priority: 7,
};
const US: Site = { ...KOREA, kind: 'TIM', codes: parseCodes(PROFILES.us.codes) };

const collision: Alert = {
  iss: '1001',
  sub: '1001:10',
  iat: NOW + 0.25,
  exp: NOW + 60,
  detected: NOW,
  status: 'active',
  event: {
    ...{ id: 'e', type: 'collision', severity: 'high', lat: 37.3901, lon: 126.6413, distance_m: 500 },
    ...{ causeCode: 2, subCauseCode: 0, informationQuality: 0 },
  },
};

const rsa = (alert: Alert, msgCnt = 1, site = KOREA) => {
  const message = messageOf(alert, msgCnt, site);
  assert.ok(message.messageId === 27);
  return message.value.RoadSideAlert;
};
const tim = (alert: Alert, msgCnt = 1, site = US) => {
  const message = messageOf(alert, msgCnt, site);
  assert.ok(message.messageId === 31);
  return message.value.TravelerInformation;
};

describe('an RSA', () => {
  it('says what an alert says', () => {
    assert.deepEqual(rsa(collision), {
      msgCnt: 1,
      timeStamp: 462_906,
      typeEvent: 513,
      priority: 'e0',
      heading: '1111111111111111',
      extent: 'useFor500meters',
      position: {
        utcTime: { year: 2026, month: 11, day: 18, hour: 11, minute: 6, second: 40_250 },
        long: 1_266_413_000,
        lat: 373_901_000,
      },
      furtherInfoID: '000a',
    });
  });

  it('has about thirty octets, and the same ones for a repetition', () => {
    const octets = encodeMessage(messageOf(collision, 1, KOREA));
    assert.ok(octets.length <= 34, `${octets.length}`);
    assert.deepEqual(encodeMessage(messageOf(structuredClone(collision), 1, KOREA)), octets);
  });

  it('says in a code of its own that it is over, under the same number', () => {
    const cancel = rsa({ ...collision, status: 'cancelled' }, 2);
    assert.deepEqual([cancel.typeEvent, cancel.description, cancel.furtherInfoID], [638, undefined, '000a']);
  });

  it('does without a place, and carries national additions', () => {
    const { lat, lon, ...event } = collision.event;
    assert.ok(lat !== undefined && lon !== undefined);
    const regional = [{ regionId: 4, regExtValue: '0a0b' }];
    const message = rsa({ ...collision, event }, 1, { ...KOREA, regional });
    assert.equal(message.position, undefined);
    assert.deepEqual(message.regional, regional);
    const again = decodeMessage(encodeMessage({ messageId: 27, value: { RoadSideAlert: message } }));
    assert.deepEqual(again.value, { RoadSideAlert: message });
  });
});

describe('a TIM', () => {
  it('says what an alert says', () => {
    const { dataFrames, ...head } = tim(collision);
    assert.deepEqual(head, { msgCnt: 1, timeStamp: 462_906, packetID: '000003e9000a000000' });
    assert.equal(dataFrames.length, 1);
    const [{ startYear, startTime, durationTime, priority, content, regions }] = dataFrames;
    assert.deepEqual([startYear, startTime, durationTime, priority], [2026, 462_906, 2, 7]);
    assert.deepEqual(content, { advisory: [{ item: { itis: 513 } }] });
    const description = regions[0].description;
    assert.ok(description && 'geometry' in description);
    const { radius, units, center } = description.geometry.circle;
    assert.deepEqual([radius, units, center.lat, center.long], [500, 'meter', 373_901_000, 1_266_413_000]);
  });

  it('lasts as long as its alert, from the minute on in which it starts', () => {
    const minute = Math.floor(NOW / 60) * 60;
    const table: [number, number, number][] = [
      [0, 60, 1],
      [1, 60, 1],
      [59.9, 119, 2],
      [59.9, 120.5, 3],
      [0, 86_400, 1440],
    ];
    for (const [iat, exp, minutes] of table)
      assert.equal(
        tim({ ...collision, iat: minute + iat, exp: minute + exp }).dataFrames[0].durationTime,
        minutes,
      );
  });

  it('ends with a duration of 0, under the same packetID', () => {
    const end = tim({ ...collision, status: 'cancelled' }, 2);
    assert.equal(end.packetID, tim(collision).packetID);
    assert.equal(end.dataFrames[0].durationTime, 0);
  });

  it('is refused without a place', () => {
    const event = { ...collision.event };
    delete event.lat;
    assert.throws(() => tim({ ...collision, event }), /Alert 1001:10 has no lat and lon/);
  });
});

describe('the alert in a message', () => {
  const read = (message: J2735Message, site: Site, now = NOW + 1): Alert => {
    const alert = alertIn(message, encodeMessage(message), { codes: site.codes, now, hold: 10 });
    // It is an alert by the rules that all receivers keep.
    assert.deepEqual(toAlert(structuredClone(alert)), alert);
    return alert;
  };

  it('is the one that was put into an RSA, as far as that tells', () => {
    const alert = read(messageOf(collision, 1, KOREA), KOREA);
    assert.deepEqual(alert, {
      iss: '0',
      sub: '0:10',
      iat: collision.iat,
      exp: NOW + 11,
      detected: collision.iat,
      status: 'active',
      event: { ...collision.event, id: 'rsa-000a' },
    });
    assert.equal(read(messageOf({ ...collision, status: 'cancelled' }, 2, KOREA), KOREA).status, 'cancelled');
  });

  it('is the one that was put into a TIM, as far as that tells', () => {
    const alert = read(messageOf(collision, 1, US), US);
    const start = Math.floor(NOW / 60) * 60;
    assert.deepEqual(alert, {
      iss: '1001',
      sub: '1001:10',
      iat: start + 0.001,
      exp: start + 120,
      detected: start + 0.001,
      status: 'active',
      event: { ...collision.event, id: 'tim-000003e9000a000000' },
    });
    const over = read(messageOf({ ...collision, status: 'cancelled' }, 2, US), US);
    assert.deepEqual([over.status, over.sub, over.exp], ['cancelled', '1001:10', NOW + 11]);
    assert.ok(over.iat > alert.iat);
  });

  it('has the same id and reference time in a repetition, however little the message says', () => {
    const bare: J2735Message = {
      messageId: 27,
      value: { RoadSideAlert: { msgCnt: 3, timeStamp: 462_906, typeEvent: 540 } },
    };
    const [one, two] = [read(bare, KOREA, NOW + 1), read(bare, KOREA, NOW + 5)];
    assert.deepEqual([two.sub, two.iat], [one.sub, one.iat]);
    assert.deepEqual([one.event.type, one.event.lat], ['fire', undefined]);
    assert.ok(two.exp > one.exp);
  });

  it('is an alert by the rules of all receivers, whatever the message says', () => {
    const messages = fc.oneof(
      valuesOf(RoadSideAlert).map((value) => ({ messageId: 27, value: { RoadSideAlert: value } })),
      valuesOf(TravelerInformation).map((value) => ({
        messageId: 31,
        value: { TravelerInformation: value },
      })),
    );
    fc.assert(
      fc.property(messages, fc.uint8Array({ maxLength: 40 }), (message, octets) => {
        const alert = alertIn(message as J2735Message, octets, { codes: US.codes, now: NOW, hold: 10 });
        assert.deepEqual(toAlert(structuredClone(alert)), alert);
      }),
      { numRuns: 200 },
    );
  });

  it('lasts at most a day, and is never over before it began', () => {
    const { dataFrames, ...head } = tim(collision);
    const TravelerInformation = { ...head, dataFrames: [{ ...dataFrames[0], durationTime: 32_000 }] };
    const message: J2735Message = { messageId: 31, value: { TravelerInformation } };
    const { iat, exp } = read(message, US);
    assert.ok(exp > NOW && exp - iat <= 86_401);
    read(message, US, NOW + 400 * 86_400);
    read(message, US, NOW - 400 * 86_400);
  });
});
