import { V2xError } from '../errors';
import { btpPacket, DENM_PORT, readBtpPacket } from '../geonet/btp';
import { addressOfStation, ethernetFrame, isGeoNetworkingFrame, payloadOf } from '../geonet/ethernet';
import { DEFAULT_LIFETIME_SECONDS } from '../geonet/lifetime';
import {
  geoBroadcastPacket,
  isGeoNetworkingPacket,
  readGeoNetworkingPacket,
  type GeoHeaders,
} from '../geonet/packet';
import type { Place } from '../geonet/position';
import type { Framing } from './choices';
import { decodeDenm, type Denm } from './message';
import { metresOf } from './relevance';

/** The radius of the area of an event that does not say how far it matters, in metres. */
const DEFAULT_RADIUS_M = 500;

/** What a frame says that its DENM does not. */
export interface Sending {
  /** Where the station is; undefined when it is only known where the event is. */
  readonly place: Place | undefined;
  /** TimestampIts of now. */
  readonly time: number;
  /** The number of the packet, see `PacketNumbers`. */
  readonly sequence: number;
}

/**
 * Puts a DENM into its frame.
 * @param bytes the encoded message
 * @param sending for GeoNetworking
 */
export function frame(framing: Framing, message: Denm, bytes: Buffer, sending: () => Sending): Buffer {
  if (framing === 'plain') return bytes;
  const btp = btpPacket(DENM_PORT, bytes);
  return framing === 'btp' ? btp : geoNetworkingFrame(message, btp, sending());
}

/** Sent to the area in which the event matters (GBC), for at most as long as it is valid. */
function geoNetworkingFrame({ header, denm }: Denm, btp: Buffer, { place, time, sequence }: Sending): Buffer {
  const { eventPosition, relevanceDistance, validityDuration, stationType } = denm.management;
  const { latitude, longitude } = eventPosition;
  const radius =
    relevanceDistance === undefined ? DEFAULT_RADIUS_M : (metresOf(relevanceDistance) ?? Infinity);
  const source = { ...(place ?? { latitude, longitude }), accurate: place !== undefined };
  const packet = geoBroadcastPacket(
    {
      source: { ...source, station: header.stationID, stationType, time },
      sequence,
      area: { latitude, longitude, radius },
      lifetime: Math.min(DEFAULT_LIFETIME_SECONDS, validityDuration ?? DEFAULT_LIFETIME_SECONDS),
    },
    btp,
  );
  return ethernetFrame(addressOfStation(header.stationID), packet);
}

/** A message out of its frame. */
export interface Received {
  readonly framing: Framing;
  readonly message: Denm;
  /** What the network layer said, where there was one. */
  readonly geonetworking?: GeoHeaders;
}

interface Unframed extends Omit<Received, 'message'> {
  readonly bytes: Buffer;
}

/**
 * Takes a DENM out of whatever frame it is in.
 * @throws V2xError `malformed`; `secured` when it is signed; `other-message` when it is something else
 */
export function decodeFrame(packet: Uint8Array): Received {
  const { bytes, ...around } = unframe(Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength));
  return { ...around, message: decodeDenm(bytes) };
}

/**
 * BTP-B begins with the port of DENMs, GeoNetworking with its version and a zero; Ethernet has GeoNetworking's type behind
 * the addresses, where a DENM of before the year 2081 has other bits.
 */
function unframe(packet: Buffer): Unframed {
  if (packet[0] === DENM_PORT >> 8) return { framing: 'btp', bytes: denmIn(packet) };
  if (isGeoNetworkingPacket(packet)) return fromGeoNetworking(packet);
  if (isGeoNetworkingFrame(packet)) return fromGeoNetworking(payloadOf(packet));
  return { framing: 'plain', bytes: packet };
}

function fromGeoNetworking(packet: Buffer): Unframed {
  const { headers, btp } = readGeoNetworkingPacket(packet);
  return { framing: 'geonetworking', bytes: denmIn(btp), geonetworking: headers };
}

function denmIn(btp: Buffer): Buffer {
  const { port, message } = readBtpPacket(btp);
  if (port === DENM_PORT) return message;
  throw new V2xError('other-message', `It is for BTP port ${port}; DENMs go to ${DENM_PORT}`);
}
