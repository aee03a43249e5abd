import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeFrame, frame } from '../../../nodes/lib/denm/framing';
import { decodeDenm, encodeDenm, type Denm } from '../../../nodes/lib/denm/message';
import { SAMPLES } from './vectors';

const bytes = Buffer.from(SAMPLES.fire, 'hex');
const message = decodeDenm(bytes);
const place = { latitude: 481_370_000, longitude: 115_750_000 };
const sending = () => ({ place, time: 700_565_218_600, sequence: 0x1234 });

/** Of a DENM that differs in its management container. */
function geoNetworking(changes: Partial<Denm['denm']['management']>, from = sending()): Buffer {
  const management = { ...message.denm.management, ...changes };
  const changed = { ...message, denm: { ...message.denm, management } };
  return frame('geonetworking', changed, encodeDenm(changed), () => from);
}

describe('a DENM in its frame', () => {
  it('plain is the message alone', () => {
    assert.deepEqual(frame('plain', message, bytes, sending), bytes);
    assert.deepEqual(decodeFrame(bytes), { framing: 'plain', message });
  });

  it('for BTP-B has port 2002 and no port info in front', () => {
    const packet = frame('btp', message, bytes, sending);
    assert.equal(packet.toString('hex'), `07d20000${SAMPLES.fire}`);
    assert.deepEqual(decodeFrame(packet), { framing: 'btp', message });
  });

  it('for GeoNetworking is an Ethernet frame with a packet to the area of the event', () => {
    const packet = frame('geonetworking', message, bytes, sending);
    // Ethernet, basic header, common header, GBC with number, source and area, BTP-B, DENM; read alike by tshark.
    const expected = [
      'ffffffffffff 0200000dbc05 8947',
      '1100f10a',
      '2040 0100 0035 0a00',
      '1234 0000',
      'bc00 0200000dbc05 1cf0e528 1cb11f90 06e63470 8000 0000',
      '1cb123c7 06e6435e 01f4 0000 0000 0000',
      '07d20000',
      SAMPLES.fire,
    ];
    assert.equal(packet.toString('hex'), expected.join('').replaceAll(' ', ''));
    assert.deepEqual(decodeFrame(packet), {
      framing: 'geonetworking',
      message,
      geonetworking: {
        transport: 'GBC',
        lifetime: 60,
        remainingHops: 10,
        sequence: 0x1234,
        source: {
          address: '0200000dbc05',
          stationType: 15,
          time: 700_565_218_600 % 2 ** 32,
          ...place,
          accurate: true,
        },
        area: {
          shape: 'circle',
          latitude: 481_371_079,
          longitude: 115_753_822,
          a: 500,
          b: 0,
          angle: 0,
        },
      },
    });
  });

  it('for GeoNetworking lives no longer than it is valid, in an area that may be sent to', () => {
    const { geonetworking } = decodeFrame(
      geoNetworking({ validityDuration: 2, relevanceDistance: 'over10km' }),
    );
    assert.equal(geonetworking?.lifetime, 2);
    // The largest circle of 10 square kilometres.
    assert.equal(geonetworking.area?.a, 1784);
  });

  it("for GeoNetworking comes from the event's place where the station's own is not known", () => {
    const { geonetworking } = decodeFrame(geoNetworking({}, { ...sending(), place: undefined } as never));
    const { latitude, longitude } = message.denm.management.eventPosition;
    assert.deepEqual(geonetworking?.source.latitude, latitude);
    assert.deepEqual(geonetworking.source.longitude, longitude);
    assert.equal(geonetworking.source.accurate, false);
  });
});

describe('a packet of another station', () => {
  const own = geoNetworking({});
  const [ETHERNET, BASIC, COMMON, GBC] = [14, 4, 8, 44];
  const btp = own.subarray(ETHERNET + BASIC + COMMON + GBC);
  const packet = (type: number, header: Uint8Array) => {
    const headers = Buffer.from(own.subarray(ETHERNET, ETHERNET + BASIC + COMMON));
    headers[5] = type;
    return Buffer.concat([headers, header, btp]);
  };
  const source = own.subarray(ETHERNET + BASIC + COMMON + 4, ETHERNET + BASIC + COMMON + 28);

  it('is read without Ethernet, and with padding behind', () => {
    assert.deepEqual(decodeFrame(own.subarray(ETHERNET)), decodeFrame(own));
    assert.deepEqual(decodeFrame(Buffer.concat([own, Buffer.alloc(9)])), decodeFrame(own));
  });

  it('is read in each transport that carries messages', () => {
    const transports = [
      ['SHB', 0x50, Buffer.concat([source, Buffer.alloc(4)])],
      ['TSB', 0x51, Buffer.concat([Buffer.alloc(4), source])],
      ['GUC', 0x20, Buffer.concat([Buffer.alloc(4), source, Buffer.alloc(20)])],
      ['GAC', 0x31, Buffer.concat([Buffer.alloc(4), source, Buffer.alloc(16)])],
    ] as const;
    for (const [transport, type, header] of transports) {
      const { geonetworking, message: read } = decodeFrame(packet(type, header));
      assert.equal(geonetworking?.transport, transport);
      assert.equal(geonetworking.source.address, '0200000dbc05');
      assert.deepEqual(read, message);
    }
  });

  it('is refused by name when it is signed, no message, for another port, or shorter than it says', () => {
    const changed = (at: number, value: number) => {
      const other = Buffer.from(own);
      other[at] = value;
      return other;
    };
    const refusals = [
      ['secured', changed(ETHERNET, 0x12), /signed.*verify it first/],
      ['other-message', packet(0x10, source), /header type 1 carries no message/],
      ['other-message', changed(ETHERNET + BASIC, 0x10), /no BTP-B packet/],
      ['other-message', changed(own.length - btp.length + 1, 0xd1), /BTP port 2001/],
      ['malformed', own.subarray(0, -1), /shorter than its headers say/],
      ['malformed', changed(ETHERNET, 0x13), /no common header/],
      ['malformed', Buffer.from('07d200', 'hex'), /at least 4 bytes/],
    ] as const;
    for (const [code, bad, text] of refusals) assert.throws(() => decodeFrame(bad), { code, message: text });
  });
});
