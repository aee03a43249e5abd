import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Framing } from '../../../nodes/lib/denm/choices';
import { frame } from '../../../nodes/lib/denm/framing';
import { decodeDenm, encodeDenm, type Denm } from '../../../nodes/lib/denm/message';
import { dissect, tsharkMissing, udpFrame, type Dissected } from '../../support/tshark';
import { FULL_FOR_WIRESHARK } from '../../unit/denm/full';
import { SAMPLES, sharedVectors } from '../../unit/denm/vectors';

const PLAIN_PORT = 4401;
/** Of vanetza's UDP link. */
const LINK_PORT = 8947;
const DECODE_AS = [`udp.port==${PLAIN_PORT},its`, `udp.port==${LINK_PORT},eth`];

const MESSAGE_FIELDS = [
  'its.protocolVersion',
  'its.messageID',
  'its.stationID',
  'its.originatingStationID',
  'its.sequenceNumber',
  'denm.detectionTime',
  'denm.referenceTime',
  'its.latitude',
  'its.longitude',
  'denm.validityDuration',
  'denm.transmissionInterval',
  'denm.stationType',
  'its.causeCode',
  'its.subCauseCode',
] as const;
const FRAME_FIELDS = [
  'geonw.bh.lt.base',
  'geonw.bh.lt.mult',
  'geonw.bh.rhl',
  'geonw.ch.htype',
  'geonw.ch.plength',
  'geonw.seq_num',
  'geonw.src_pos.addr.type',
  'geonw.src_pos.addr.mid',
  'geonw.src_pos.tst',
  'geonw.src_pos.lat',
  'geonw.src_pos.long',
  'geonw.src_pos.pai',
  'geonw.gxc.latitude',
  'geonw.gxc.longitude',
  'geonw.gxc.radius',
  'btpb.dstport',
] as const;
type Field = (typeof MESSAGE_FIELDS)[number] | (typeof FRAME_FIELDS)[number];

/** What Wireshark should show; several values of one name in the order they come. */
function expected({ header, denm }: Denm): Record<(typeof MESSAGE_FIELDS)[number], string> {
  const { management, situation, alacarte } = denm;
  const { roadWorks, stationaryVehicle } = alacarte ?? {};
  const causes = [
    situation?.eventType,
    situation?.linkedCause,
    roadWorks?.incidentIndication,
    stationaryVehicle?.stationaryCause,
  ];
  const path = roadWorks?.recommendedPath ?? [];
  const others = roadWorks?.referenceDenms ?? [];
  const join = (values: readonly (number | undefined)[]) =>
    values.filter((value) => value !== undefined).join(',');
  return {
    'its.protocolVersion': '2',
    'its.messageID': '1',
    'its.stationID': String(header.stationID),
    'its.originatingStationID': join([management.actionID, ...others].map((id) => id.originatingStationID)),
    'its.sequenceNumber': join([management.actionID, ...others].map((id) => id.sequenceNumber)),
    'denm.detectionTime': String(management.detectionTime),
    'denm.referenceTime': String(management.referenceTime),
    'its.latitude': join([management.eventPosition, ...path].map(({ latitude }) => latitude)),
    'its.longitude': join([management.eventPosition, ...path].map(({ longitude }) => longitude)),
    // It is not in the message where it is the default.
    'denm.validityDuration': management.validityDuration === 600 ? '' : String(management.validityDuration),
    'denm.transmissionInterval': join([management.transmissionInterval]),
    'denm.stationType': String(management.stationType),
    'its.causeCode': join(causes.map((cause) => cause?.causeCode)),
    'its.subCauseCode': join(causes.map((cause) => cause?.subCauseCode)),
  };
}

/** Metres, as far as a packet may go (EN 302 636-4-1 Annex B.3: 10 km2). */
function radiusOf(distance: string | undefined): string {
  const [, number, unit] = /^lessThan(\d+)(m|km)$/.exec(distance ?? 'lessThan500m') ?? [];
  return String(Math.min(1784, number ? Number(number) * (unit === 'km' ? 1000 : 1) : Infinity));
}

describe('Wireshark', { skip: tsharkMissing() }, () => {
  const messages = [
    FULL_FOR_WIRESHARK,
    ...Object.values(SAMPLES).map((hex) => decodeDenm(Buffer.from(hex, 'hex'))),
    ...sharedVectors().map(({ uperHex }) => decodeDenm(Buffer.from(uperHex, 'hex'))),
  ];
  const place = { latitude: -1_234_567, longitude: 1_270_000_000 };
  const sending = () => ({ place, time: 722_000_000_300, sequence: 0xfedc });
  const packets = (framing: Framing) =>
    messages.map((message) => frame(framing, message, encodeDenm(message), sending));
  let plain: Dissected<Field>[];
  let onEthernet: Dissected<Field>[];
  let onUdp: Dissected<Field>[];

  before(() => {
    const frames = [
      ...packets('plain').map((packet) => udpFrame(PLAIN_PORT, packet)),
      ...packets('geonetworking'),
      ...packets('geonetworking').map((packet) => udpFrame(LINK_PORT, packet)),
    ];
    const dissected = dissect<Field>(frames, [...MESSAGE_FIELDS, ...FRAME_FIELDS], DECODE_AS);
    const count = messages.length;
    [plain, onEthernet, onUdp] = [0, 1, 2].map((part) => dissected.slice(part * count, (part + 1) * count));
  });

  it('reads the numbers of each message, and calls none malformed', () => {
    for (const [index, message] of messages.entries())
      for (const seen of [plain[index], onEthernet[index], onUdp[index]]) {
        assert.equal(seen.malformed, '', JSON.stringify(message));
        for (const [field, value] of Object.entries(expected(message)))
          assert.equal(seen[field as Field], value, `${field} of ${JSON.stringify(message)}`);
      }
  });

  it('reads GeoNetworking and BTP around them, on Ethernet and in the UDP link of vanetza', () => {
    for (const [index, { header, denm }] of messages.entries()) {
      const { management } = denm;
      const { eventPosition, stationType } = management;
      for (const seen of [onEthernet[index], onUdp[index]]) {
        assert.match(seen.protocols, /eth:ethertype:gnw:btpb:its$/);
        const address = header.stationID.toString(16).padStart(8, '0').match(/../g) ?? [];
        const around: Partial<Record<Field, string>> = {
          'geonw.bh.rhl': '10',
          'geonw.ch.htype': '0x40',
          'geonw.ch.plength': String(4 + encodeDenm(messages[index]).length),
          'geonw.seq_num': '0xfedc',
          'geonw.src_pos.addr.type': String(stationType & 31),
          'geonw.src_pos.addr.mid': ['02', '00', ...address].join(':'),
          'geonw.src_pos.tst': String(722_000_000_300 % 2 ** 32),
          'geonw.src_pos.lat': '-1234567',
          'geonw.src_pos.long': '1270000000',
          'geonw.src_pos.pai': '1',
          'geonw.gxc.latitude': String(eventPosition.latitude),
          'geonw.gxc.longitude': String(eventPosition.longitude),
          'geonw.gxc.radius': radiusOf(management.relevanceDistance),
          'btpb.dstport': '2002',
        };
        for (const [field, value] of Object.entries(around)) assert.equal(seen[field as Field], value, field);
        const [unit, count] = [seen['geonw.bh.lt.base'], seen['geonw.bh.lt.mult']].map(Number);
        const lives = Math.min(60, management.validityDuration ?? 60);
        assert.equal(count, Math.floor(lives / [0.05, 1, 10, 100][unit]));
        assert.ok(unit === 0 || lives > 63 * [0.05, 1, 10][unit - 1], 'it is in the finest unit');
      }
    }
  });
});
