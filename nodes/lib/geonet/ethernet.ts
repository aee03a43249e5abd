/** Of GeoNetworking, as assigned by IEEE (ETSI EN 302 636-4-1). */
const GEONETWORKING_ETHERTYPE = 0x8947;

const HEADER_BYTES = 14;
const BROADCAST = Buffer.alloc(6, 0xff);

/**
 * The link-layer address of a station that has no radio of its own: a locally administered one (IEEE 802, clause 8.2)
 * that ends with the station id.
 * @param station 32 bit
 */
export function addressOfStation(station: number): Buffer {
  const address = Buffer.from([0x02, 0, 0, 0, 0, 0]);
  address.writeUInt32BE(station, 2);
  return address;
}

/** A frame to everybody in reach. */
export function ethernetFrame(source: Uint8Array, packet: Uint8Array): Buffer {
  const type = Buffer.alloc(2);
  type.writeUInt16BE(GEONETWORKING_ETHERTYPE);
  return Buffer.concat([BROADCAST, source, type, packet]);
}

/** Whether bytes begin as an Ethernet frame with a GeoNetworking packet in it. */
export function isGeoNetworkingFrame(frame: Buffer): boolean {
  return frame.length >= HEADER_BYTES && frame.readUInt16BE(12) === GEONETWORKING_ETHERTYPE;
}

/** What such a frame carries. */
export function payloadOf(frame: Buffer): Buffer {
  return frame.subarray(HEADER_BYTES);
}
