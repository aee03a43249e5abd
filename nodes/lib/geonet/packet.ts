import { V2xError } from '../errors';
import { lifetimeOctet, readLifetime } from './lifetime';
import {
  LONG_POSITION_VECTOR_BYTES,
  longPositionVector,
  readLongPositionVector,
  type Place,
  type SeenSource,
  type Source,
} from './position';

// ETSI EN 302 636-4-1 V1.4.1: basic header clause 9.6, common header 9.7, headers of the transports 9.8.

const VERSION = 1;
const BASIC_HEADER_BYTES = 4;
const COMMON_HEADER_BYTES = 8;
/** What follows the basic header: clause 9.6.3. */
const COMMON_HEADER_NEXT = 1;
const SECURED_PACKET_NEXT = 2;
/** What follows the common header: clause 9.7.3. */
const BTP_B = 2;
/** Annex H, itsGnDefaultHopLimit */
const HOP_LIMIT = 10;
/** DENMs that are no emergency: TS 102 636-4-2, DP1. */
const TRAFFIC_CLASS = 1;
const GEO_BROADCAST_CIRCLE = 0x40;
/** Annex H, itsGnMaxGeoAreaSize: packets for more than so many square metres are not sent on (Annex B.3). */
const LARGEST_AREA_M2 = 10_000_000;

const LARGEST_RADIUS_M = Math.floor(Math.sqrt(LARGEST_AREA_M2 / Math.PI));

export interface Circle extends Place {
  /** Metres. */
  readonly radius: number;
}

/** A packet for all stations in an area. */
export interface GeoBroadcast {
  readonly source: Source;
  /** 16 bit; tells the packets of a source apart, so that each is taken and forwarded once. */
  readonly sequence: number;
  readonly area: Circle;
  /** Seconds. */
  readonly lifetime: number;
}

/** A GeoNetworking packet to a circle (GBC) around a BTP-B packet: clause 10.3.11.2. */
export function geoBroadcastPacket(
  { source, sequence, area, lifetime }: GeoBroadcast,
  btp: Uint8Array,
): Buffer {
  const basic = Buffer.from([(VERSION << 4) | COMMON_HEADER_NEXT, 0, lifetimeOctet(lifetime), HOP_LIMIT]);
  const common = Buffer.from([BTP_B << 4, GEO_BROADCAST_CIRCLE, TRAFFIC_CLASS, 0, 0, 0, HOP_LIMIT, 0]);
  common.writeUInt16BE(btp.length, 4);
  const start = Buffer.alloc(4);
  start.writeUInt16BE(sequence, 0);
  const target = Buffer.alloc(16);
  target.writeInt32BE(area.latitude, 0);
  target.writeInt32BE(area.longitude, 4);
  target.writeUInt16BE(Math.min(area.radius, LARGEST_RADIUS_M), 8);
  return Buffer.concat([basic, common, start, longPositionVector(source), target, btp]);
}

/** What the network layer says of a packet that came in. */
export interface GeoHeaders {
  readonly transport: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly remainingHops: number;
  readonly sequence?: number;
  readonly source: SeenSource;
  readonly area?: Place & {
    readonly shape: string;
    readonly a: number;
    readonly b: number;
    readonly angle: number;
  };
}

/** Where the parts of a transport's header are, and how long it is: clause 9.8. */
interface Transport {
  readonly name: string;
  readonly bytes: number;
  /** Whether a sequence number comes first. */
  readonly numbered: boolean;
  readonly hasArea: boolean;
}

const SHAPES = ['circle', 'rectangle', 'ellipse'] as const;
const SINGLE_HOP: Transport = { name: 'SHB', bytes: 28, numbered: false, hasArea: false };
/** By header type, clause 9.7.4; beacons and the location service carry no message. */
const TRANSPORTS: ReadonlyMap<number, Transport> = new Map([
  [2, { name: 'GUC', bytes: 48, numbered: true, hasArea: false }],
  [3, { name: 'GAC', bytes: 44, numbered: true, hasArea: true }],
  [4, { name: 'GBC', bytes: 44, numbered: true, hasArea: true }],
  [5, { name: 'TSB', bytes: 28, numbered: true, hasArea: false }],
]);

/** Whether bytes begin as a GeoNetworking packet of the version that can be read. */
export function isGeoNetworkingPacket(packet: Uint8Array): boolean {
  return packet.length >= BASIC_HEADER_BYTES && packet[0] >> 4 === VERSION && packet[1] === 0;
}

/**
 * Takes a GeoNetworking packet apart.
 * @returns its headers, and the BTP-B packet in it
 * @throws V2xError `malformed`, `secured` when it is signed, `other-message` when it carries no BTP-B packet
 */
export function readGeoNetworkingPacket(packet: Buffer): {
  readonly headers: GeoHeaders;
  readonly btp: Buffer;
} {
  const commonAt = BASIC_HEADER_BYTES;
  const headerAt = commonAt + COMMON_HEADER_BYTES;
  if (!isGeoNetworkingPacket(packet)) throw malformed(`it is not of version ${VERSION}`);
  if ((packet[0] & 15) === SECURED_PACKET_NEXT)
    throw new V2xError(
      'secured',
      'The GeoNetworking packet is signed (IEEE 1609.2)',
      {},
      {
        remedy: 'verify it first',
      },
    );
  if ((packet[0] & 15) !== COMMON_HEADER_NEXT || packet.length < headerAt)
    throw malformed('its basic header is followed by no common header');
  const transport = transportOf(packet[commonAt + 1]);
  if (packet[commonAt] >> 4 !== BTP_B)
    throw new V2xError('other-message', 'The GeoNetworking packet carries no BTP-B packet');
  const payloadAt = headerAt + transport.bytes;
  const length = packet.readUInt16BE(commonAt + 4);
  // What is behind that is the link's padding.
  if (packet.length < payloadAt + length) throw malformed('it is shorter than its headers say');
  const extended = packet.subarray(headerAt, payloadAt);
  const headers = { lifetime: readLifetime(packet[2]), remainingHops: packet[3] };
  return {
    headers: { ...headers, ...extendedHeader(transport, packet[commonAt + 1] & 15, extended) },
    btp: packet.subarray(payloadAt, payloadAt + length),
  };
}

function transportOf(typeAndSubtype: number): Transport {
  const [type, subtype] = [typeAndSubtype >> 4, typeAndSubtype & 15];
  const transport = type === 5 && subtype === 0 ? SINGLE_HOP : TRANSPORTS.get(type);
  if (transport) return transport;
  throw new V2xError('other-message', `A GeoNetworking packet of header type ${type} carries no message`);
}

function extendedHeader(
  { name, numbered, hasArea }: Transport,
  subtype: number,
  header: Buffer,
): Pick<GeoHeaders, 'transport' | 'sequence' | 'source' | 'area'> {
  const sourceAt = numbered ? 4 : 0;
  const areaAt = sourceAt + LONG_POSITION_VECTOR_BYTES;
  return {
    transport: name,
    ...(numbered && { sequence: header.readUInt16BE(0) }),
    source: readLongPositionVector(header.subarray(sourceAt, areaAt)),
    ...(hasArea && { area: areaOf(SHAPES.at(subtype) ?? `shape ${subtype}`, header.subarray(areaAt)) }),
  };
}

function areaOf(shape: string, header: Buffer): NonNullable<GeoHeaders['area']> {
  return {
    shape,
    latitude: header.readInt32BE(0),
    longitude: header.readInt32BE(4),
    a: header.readUInt16BE(8),
    b: header.readUInt16BE(10),
    angle: header.readUInt16BE(12),
  };
}

function malformed(problem: string): V2xError {
  return new V2xError('malformed', `It is no GeoNetworking packet: ${problem}`);
}
