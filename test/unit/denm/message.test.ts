import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DENM, decodeDenm, encodeDenm, encodeDenmJson, type Denm } from '../../../nodes/lib/denm/message';
import { fromItsTime, toItsTime } from '../../../nodes/lib/time/its-time';
import { valuesOf } from '../../support/asn1-values';
import { FULL } from './full';
import { denmOfVector, noVectors, SAMPLES, sharedVectors } from './vectors';

const sample = (name: keyof typeof SAMPLES) => Buffer.from(SAMPLES[name], 'hex');
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe('a DENM', () => {
  for (const name of Object.keys(SAMPLES) as (keyof typeof SAMPLES)[])
    it(`${name}, made with ETSI's modules, is read and made again to the same bytes`, () => {
      assert.equal(encodeDenm(decodeDenm(sample(name))).toString('hex'), SAMPLES[name]);
    });

  it('has the standard names and units', () => {
    const { header, denm } = decodeDenm(sample('fire'));
    assert.deepEqual(header, { protocolVersion: 2, messageID: 1, stationID: 900_101 });
    const { management, situation, location } = denm;
    assert.deepEqual(management.actionID, { originatingStationID: 900_101, sequenceNumber: 11 });
    assert.equal(management.referenceTime, 700_565_218_589);
    assert.equal(management.eventPosition.latitude, 481_371_079);
    assert.equal(management.relevanceDistance, 'lessThan500m');
    assert.equal(management.validityDuration, 60);
    assert.deepEqual(situation, {
      informationQuality: 3,
      eventType: { causeCode: 94, subCauseCode: 6 },
    });
    assert.deepEqual(location, { traces: [[]] });
  });

  it('with the default validity does not spell it out', () => {
    assert.equal(decodeDenm(sample('sparse')).denm.management.validityDuration, 600);
  });

  it('with every optional field and container comes back as it was', () => {
    assert.deepEqual(decodeDenm(encodeDenm(FULL)), FULL);
  });

  it('of a later version keeps what that added, and is made again to the same bytes', () => {
    const { denm } = decodeDenm(sample('fire'));
    const later: Denm = {
      header: FULL.header,
      denm: { ...denm, management: { ...denm.management, '...': [null, 'c0ffee', '00'] } },
    };
    const bytes = encodeDenm(later);
    assert.deepEqual(decodeDenm(bytes), later);
    assert.deepEqual(encodeDenm(decodeDenm(bytes)), bytes);
  });

  it('of another kind or version is told apart', () => {
    const [cam, first] = [sample('fire'), sample('fire')];
    cam[1] = 2;
    first[0] = 1;
    assert.equal(
      codeOf(() => decodeDenm(cam)),
      'other-message',
    );
    assert.equal(
      codeOf(() => decodeDenm(first)),
      'other-message',
    );
    assert.equal(
      codeOf(() => decodeDenm(Buffer.alloc(1))),
      'malformed',
    );
  });

  it('with any value of any field, in its whole range, comes back as it was', () => {
    const header = { protocolVersion: 2, messageID: 1, stationID: 1001 };
    fc.assert(
      fc.property(valuesOf(DENM), (value) => {
        const message = { ...(value as Denm), header };
        const bytes = encodeDenm(message);
        assert.ok(encodeDenm(decodeDenm(bytes)).equals(bytes));
        const { validityDuration = 600 } = message.denm.management;
        const management = { ...message.denm.management, validityDuration };
        assert.deepEqual(decodeDenm(bytes), { header, denm: { ...message.denm, management } });
      }),
      { numRuns: 30 },
    );
  });

  it('with a value out of range is not made: the error names field, value and range', () => {
    const wrong = structuredClone(FULL) as { denm: { management: { eventPosition: { latitude: number } } } };
    wrong.denm.management.eventPosition.latitude = 900_000_002;
    assert.throws(() => encodeDenmJson(wrong), {
      code: 'field',
      message:
        /DENM\.denm\.management\.eventPosition\.latitude is 900000002; it must be .*-900000000 to 900000001/,
    });
  });

  it('with a value out of range is not read', () => {
    // The latitude's 31 bits, all ones, 1,247,483,647.
    const bits = [...sample('fire')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const at = bits.indexOf((481_371_079 + 900_000_000).toString(2).padStart(31, '0'));
    assert.ok(at > 0);
    const changed = bits.slice(0, at) + '1'.repeat(31) + bits.slice(at + 31);
    const bytes = Buffer.from((changed.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
    assert.throws(() => decodeDenm(bytes), {
      code: 'malformed',
      message: /eventPosition\.latitude: is 1247483647/,
    });
  });
});

describe('vectors made with asn1c from the modules of ETSI', { skip: noVectors }, () => {
  for (const vector of sharedVectors())
    it(`${vector.name}: equal both ways`, () => {
      const message = denmOfVector(vector);
      assert.equal(encodeDenm(message).toString('hex'), vector.uperHex);
      assert.deepEqual(decodeDenm(Buffer.from(vector.uperHex, 'hex')), message);
      assert.equal(toItsTime(vector.fields.referenceTimeMs / 1000), vector.timestampIts.reference);
      assert.equal(fromItsTime(vector.timestampIts.reference), vector.fields.referenceTimeMs / 1000);
    });
});
