import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { V2xError } from '../../../nodes/lib/errors';
import { decodeMessage, encodeMessage, LONGEST_MESSAGE } from '../../../nodes/lib/j2735/frame';
import { Extent } from '../../../nodes/lib/j2735/messages/elements';
import { RoadSideAlert } from '../../../nodes/lib/j2735/messages/road-side-alert';
import { TravelerInformation } from '../../../nodes/lib/j2735/messages/traveler-information';
import { valuesOf } from '../../support/asn1-values';
import { sharedVectors, vectors, type Vector } from './vectors';

/**
 * A TIM with a path, a name and URLs, and what it says: `data/examples/MessageFrame.TravelerInformation.{hex,xml}` of
 * usdot-jpo-ode/asn1_codec (Apache-2.0).
 */
const PATH =
  '001f6a7014b9010000000000000000000f775d9b0301ea73e452d1539716c99e9aaaa280003f0a59b080010307f8aa9979f4d3bb3a0a9266' +
  'c000000854e3b2c47291f21e85eee057980050420c57155f2602b8e8f8fe15c6ffc838ae38fe410571c5f20c2180002013ddd766c0';

const EXAMPLES = vectors().map(({ uperHex }) => Buffer.from(uperHex, 'hex'));

describe('messages of USDOT', () => {
  const shared = sharedVectors();
  it('are read and written: those kept here', () => {
    for (const vector of vectors()) check(vector);
  });
  it('are read and written: all of ../shared', { skip: shared ? false : 'there is no ../shared' }, () => {
    for (const vector of shared ?? []) check(vector);
  });
});

describe('a path of USDOT', () => {
  it('is read and written with all that goes with it', () => {
    const message = decodeMessage(Buffer.from(PATH, 'hex'));
    assert.equal(encodeMessage(message).toString('hex'), PATH);
    assert.ok(message.messageId === 31);
    const { urlB, timeStamp, dataFrames } = message.value.TravelerInformation;
    const [{ msgId, startYear, startTime, url, regions, content }] = dataFrames;
    assert.deepEqual([urlB, timeStamp, startYear, startTime, url], ['null', 309_505, 2017, 308_065, 'null']);
    assert.deepEqual(msgId, {
      roadSignID: {
        position: { lat: 416_784_730, long: -1_087_827_750, elevation: 9171 },
        ...{ viewAngle: '0101010101010100', mutcdCode: 'guide', crc: '0000' },
      },
    });
    const offsets = [14_506, 31_024, 14_568, 30_974, 14_559, 30_983, 14_563, 30_980, 14_562, 30_982];
    const nodes = [0, 2, 4, 6, 8].map((at) => ({
      delta: { 'node-LL3': { lon: offsets[at], lat: offsets[at + 1] } },
    }));
    assert.deepEqual(regions, [
      {
        name: 'Testing TIM',
        id: { region: 0, id: 33 },
        anchor: { lat: 412_500_807, long: -1_110_093_847, elevation: 20_206 },
        ...{ laneWidth: 700, directionality: 'both', closedPath: false, direction: '0000000000010100' },
        description: { path: { scale: 0, offset: { ll: { nodes } } } },
      },
    ]);
    assert.deepEqual(content, { advisory: [{ item: { itis: 513 } }] });
  });
});

describe('any message', () => {
  const frames = fc.oneof(
    valuesOf(RoadSideAlert).map((value) => ({ messageId: 27, value: { RoadSideAlert: value } })),
    valuesOf(TravelerInformation).map((value) => ({ messageId: 31, value: { TravelerInformation: value } })),
  );

  it('is read as it was written, over the whole range of every field', () => {
    let refused = 0;
    fc.assert(
      fc.property(frames, (frame) => {
        let octets: Buffer;
        try {
          octets = encodeMessage(frame);
        } catch (error) {
          // Only what no radio could carry is refused.
          assert.ok(error instanceof V2xError && ['too-large', 'field'].includes(error.code), String(error));
          refused += 1;
          return;
        }
        assert.deepEqual(decodeMessage(octets), frame);
      }),
      { numRuns: 300 },
    );
    assert.ok(refused < 30, `${refused} of 300 were refused`);
  });

  it('is refused by name outside of a field’s range', () => {
    const rsa = (fields: object) => ({
      messageId: 27,
      value: { RoadSideAlert: { msgCnt: 1, typeEvent: 513, ...fields } },
    });
    const table: [unknown, string, RegExp][] = [
      [
        rsa({ msgCnt: 128 }),
        'field',
        /^RoadSideAlert\.msgCnt is 128; it must be a whole number from 0 to 127$/,
      ],
      [rsa({ timeStamp: 527_041 }), 'field', /timeStamp is 527041/],
      [rsa({ typeEvent: 65_536 }), 'field', /typeEvent is 65536/],
      [rsa({ description: [] }), 'field', /description is 0; it must be 1 to 8 elements/],
      [rsa({ heading: '1' }), 'field', /heading is 1; it must be 16 to 16 digits/],
      [rsa({ position: { long: -1_800_000_000, lat: 0 } }), 'field', /position\.long is -1800000000/],
      [rsa({ furtherInfoID: '123' }), 'field', /furtherInfoID/],
      [rsa({ speed: 1 }), 'field', /'speed'; it must be one of the fields msgCnt/],
      [{ messageId: 31, value: { RoadSideAlert: {} } }, 'unsupported', /messageId 31 with RoadSideAlert/],
      [{ messageId: 20, value: { BasicSafetyMessage: {} } }, 'unsupported', /27 RoadSideAlert and 31/],
      [undefined, 'unsupported', /messageId undefined with nothing/],
    ];
    for (const [message, code, complaint] of table)
      assert.throws(
        () => encodeMessage(message),
        (error) => error instanceof V2xError && error.code === code && complaint.test(error.message),
        String(complaint),
      );
  });
});

describe('hostile octets', () => {
  it('are a message or a refusal, whichever bit is turned', () => {
    for (const example of EXAMPLES)
      for (let bit = 0; bit < example.length * 8; bit += 1) {
        const octets = Buffer.from(example);
        octets[bit >> 3] ^= 0x80 >> (bit & 7);
        survives(octets);
      }
  });

  it('are refused wherever they are cut short', () => {
    for (const example of EXAMPLES)
      for (let length = 0; length < example.length; length += 1)
        assert.equal(survives(example.subarray(0, length)), false, `${length} of ${example.toString('hex')}`);
  });

  it('are refused with more behind them, and when they are too many', () => {
    for (const example of EXAMPLES) assert.equal(survives(Buffer.concat([example, Buffer.of(0)])), false);
    assert.throws(() => decodeMessage(Buffer.alloc(LONGEST_MESSAGE + 1)), /has 2303 octets/);
  });

  it('are refused when they are another message', () => {
    assert.throws(() => decodeMessage(Buffer.from('00140100', 'hex')), /messageId 20 is not spoken here/);
  });
});

/** Whether it decodes; then it encodes to the same octets. Anything but a refusal fails the test. */
function survives(octets: Buffer): boolean {
  try {
    assert.equal(encodeMessage(decodeMessage(octets)).toString('hex'), octets.toString('hex'));
    return true;
  } catch (error) {
    if (error instanceof V2xError && ['malformed', 'unsupported'].includes(error.code)) return false;
    throw error;
  }
}

function check({ name, message, fields, uperHex }: Vector): void {
  const value = message === 'RSA' ? rsaOf(fields) : timOf(fields);
  const octets = Buffer.from(uperHex, 'hex');
  assert.deepEqual(decodeMessage(octets), value, name);
  assert.equal(encodeMessage(value).toString('hex'), uperHex, name);
}

function rsaOf({ heading, priority, extent, position, ...fields }: Vector['fields']) {
  const { utcTime, ...place } = Object(position) as { utcTime?: number[] };
  const [year, month, day, hour, minute, second] = utcTime ?? [];
  return {
    messageId: 27,
    value: {
      RoadSideAlert: withoutMissing({
        ...fields,
        priority: typeof priority === 'number' ? priority.toString(16).padStart(2, '0') : undefined,
        heading: bitsOf(heading),
        extent: typeof extent === 'number' ? Extent.names[extent] : undefined,
        position: position && {
          ...place,
          ...(utcTime && { utcTime: { year, month, day, hour, minute, second } }),
        },
      }),
    },
  };
}

function timOf(fields: Vector['fields']) {
  const { lat, long, radius, viewAngle, direction, itis, startYear, startTime, durationTime, priority } =
    fields as Record<string, number> & { itis: number[] };
  const position = { lat, long };
  return {
    messageId: 31,
    value: {
      TravelerInformation: {
        msgCnt: fields.msgCnt,
        timeStamp: fields.timeStamp,
        packetID: fields.packetID,
        dataFrames: [
          {
            doNotUse1: 0,
            frameType: 'advisory',
            msgId: { roadSignID: { position, viewAngle: bitsOf(viewAngle), mutcdCode: 'warning' } },
            ...{ startYear, startTime, durationTime, priority },
            doNotUse2: 0,
            regions: [
              {
                anchor: position,
                directionality: 'both',
                closedPath: false,
                direction: bitsOf(direction),
                description: {
                  geometry: {
                    direction: bitsOf(direction),
                    circle: { center: position, radius, units: 'meter' },
                  },
                },
              },
            ],
            doNotUse3: 0,
            doNotUse4: 0,
            content: { advisory: itis.map((code) => ({ item: { itis: code } })) },
          },
        ],
      },
    },
  };
}

function bitsOf(slices: unknown): string | undefined {
  return typeof slices === 'number' ? slices.toString(2).padStart(16, '0') : undefined;
}

function withoutMissing(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}
