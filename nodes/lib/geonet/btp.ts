import { V2xError } from '../errors';

/** The well-known port of DENMs: ETSI TS 103 248. */
export const DENM_PORT = 2002;

/** ETSI EN 302 636-5-1, BTP-B: destination port, destination port info. */
const BTP_HEADER_BYTES = 4;

/** Puts a BTP-B header in front of a message; port info 0 means that there is none. */
export function btpPacket(port: number, message: Uint8Array): Buffer {
  const header = Buffer.alloc(BTP_HEADER_BYTES);
  header.writeUInt16BE(port, 0);
  return Buffer.concat([header, message]);
}

export interface BtpPacket {
  readonly port: number;
  readonly portInfo: number;
  readonly message: Buffer;
}

/** @throws V2xError `malformed` when it is shorter than its header */
export function readBtpPacket(packet: Buffer): BtpPacket {
  if (packet.length < BTP_HEADER_BYTES)
    throw new V2xError(
      'malformed',
      `A BTP packet has at least ${BTP_HEADER_BYTES} bytes, not ${packet.length}`,
    );
  const [port, portInfo] = [packet.readUInt16BE(0), packet.readUInt16BE(2)];
  return { port, portInfo, message: packet.subarray(BTP_HEADER_BYTES) };
}
