import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Action } from '../../../nodes/lib/alert/action';
import { alertOf, parseAlert } from '../../../nodes/lib/alert/alert';
import { causeOf, informationQuality } from '../../../nodes/lib/alert/cause';
import { KeyRing } from '../../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../../nodes/lib/alert/trust/sign';
import { toEvent } from '../../../nodes/lib/event/event';

const action: Action = {
  eventId: 'e1',
  station: 1001,
  sequence: 7,
  referenceTime: 1_700_000_000.125,
  detected: 1_700_000_000,
  expires: 1_700_000_600,
  until: 1_700_000_600,
  status: 'active',
  requests: [],
};

describe('alertOf', () => {
  it('says station, action id, times, status and what is known of the incident', () => {
    const event = toEvent(
      { type: 'fire', lat: 37.5, lon: 127, road: 'R1', confidence: 1, clip_hint: true },
      { id: 'e1', ts: 1_700_000_000 },
    );
    assert.deepEqual(alertOf(action, event), {
      iss: '1001',
      sub: '1001:7',
      iat: 1_700_000_000.125,
      exp: 1_700_000_600,
      detected: 1_700_000_000,
      status: 'active',
      event: {
        id: 'e1',
        type: 'fire',
        severity: 'high',
        lat: 37.5,
        lon: 127,
        road: 'R1',
        distance_m: 500,
        confidence: 1,
        causeCode: 94,
        subCauseCode: 6,
        informationQuality: 7,
      },
    });
  });

  it('is what a receiver takes, for every event', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,31}$/);
    const incident = fc.record(
      {
        type: word,
        severity: word,
        road: fc
          .string({ maxLength: 64, unit: 'grapheme' })
          .filter((road) => !/\p{Cc}/u.test(road) && Array.from(road).length <= 64),
        camera: fc.string({ maxLength: 64 }),
        confidence: fc.double({ min: 0, max: 1, noNaN: true }),
        distance_m: fc.integer({ min: 0, max: 100_000 }),
        action: fc.constantFrom('new', 'update', 'cancel'),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(incident, (file) => {
        const alert = alertOf(action, toEvent(file, { id: 'e1', ts: 1 }));
        assert.deepEqual(parseAlert(Buffer.from(JSON.stringify(alert))), JSON.parse(JSON.stringify(alert)));
      }),
    );
  });
});

describe('the largest event', () => {
  const longWord = 'x'.repeat(32);
  const event = {
    id: 'i'.repeat(64),
    type: longWord,
    severity: longWord,
    lat: -89.123456789012,
    lon: -179.123456789012,
    road: '🚧'.repeat(64),
    distance_m: 99_999.123456789,
    confidence: 0.123456789012345,
    camera: '📷'.repeat(64),
  };
  const largest = {
    ...action,
    station: 2 ** 32 - 1,
    sequence: 65_535,
    referenceTime: 253402300799.123,
    expires: 253402300799.123,
    detected: 253402300799.123,
  };
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  for (const [algorithm, secret] of [
    ['HS256', 's'.repeat(32)],
    ['EdDSA', pem],
  ] as const) {
    it(`fits into a datagram with ${algorithm}: no text of an event keeps its warning from going out`, async () => {
      const ring = await KeyRing.create({ keyId: 'k'.repeat(32), algorithm, secret });
      const token = sign(alertOf(largest, toEvent(event, { id: 'e', ts: 1 })), ring, 1);
      assert.ok(token.length <= 1200, `${token.length} bytes`);
    });
  }
});

describe('causeOf', () => {
  const table: [string, number, number][] = [
    ['collision', 2, 0],
    ['fire', 94, 6],
    ['rollover', 2, 2],
    ['blockage', 5, 0],
    ['unknown', 2, 0],
    ['wildlife', 2, 0],
    ['constructor', 2, 0],
  ];
  for (const [type, causeCode, subCauseCode] of table) {
    it(`takes ${type} for ${causeCode}/${subCauseCode}`, () => {
      assert.deepEqual(causeOf(type), { causeCode, subCauseCode });
    });
  }
});

describe('informationQuality', () => {
  it('grows from 1 to 7 with confidence, and is 0 without', () => {
    assert.deepEqual([undefined, 0, 0.5, 0.9, 1].map(informationQuality), [0, 1, 4, 6, 7]);
  });
});
