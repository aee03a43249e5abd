import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests with Wireshark's dissectors cannot run; false when they can. */
export function tsharkMissing(): string | false {
  return spawnSync('tshark', ['--version'], { stdio: 'ignore' }).status === 0 ? false : 'no tshark';
}

/** An Ethernet frame with a UDP datagram, for loopback addresses. */
export function udpFrame(port: number, payload: Uint8Array): Buffer {
  const [ethernet, ip, udp] = [Buffer.alloc(14), Buffer.alloc(20), Buffer.alloc(8)];
  ethernet.writeUInt16BE(0x0800, 12);
  ip.writeUInt16BE(0x4500, 0);
  ip.writeUInt16BE(ip.length + udp.length + payload.length, 2);
  ip.writeUInt16BE(0x4011, 8);
  ip.set([127, 0, 0, 1, 127, 0, 0, 1], 12);
  udp.writeUInt16BE(port, 0);
  udp.writeUInt16BE(port, 2);
  udp.writeUInt16BE(udp.length + payload.length, 4);
  return Buffer.concat([ethernet, ip, udp, payload]);
}

/** What Wireshark says of a frame: each field it was asked for, or '' where the frame has none. */
export type Dissected<Field extends string> = Readonly<Record<Field | 'malformed' | 'protocols', string>>;

/**
 * Has Wireshark dissect Ethernet frames.
 * @param fields Wireshark's names, such as `its.stationID`; several values of one are joined by commas
 * @param decodeAs what is on which port: `udp.port==8947,eth`
 */
export function dissect<Field extends string>(
  frames: readonly Uint8Array[],
  fields: readonly Field[],
  decodeAs: readonly string[] = [],
): Dissected<Field>[] {
  const directory = mkdtempSync(join(tmpdir(), 'v2x-tshark-'));
  try {
    const file = join(directory, 'frames.pcap');
    writeFileSync(file, pcapOf(frames));
    const names = { malformed: '_ws.malformed', protocols: 'frame.protocols' };
    const columns = [...Object.values(names), ...fields].flatMap((field) => ['-e', field]);
    const options = ['-T', 'fields', ...columns, ...decodeAs.flatMap((rule) => ['-d', rule])];
    const output = execFileSync('tshark', ['-n', '-r', file, ...options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const keys = [...Object.keys(names), ...fields];
    return output
      .trimEnd()
      .split('\n')
      .map((line) => {
        const values = line.split('\t');
        return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ''])) as Dissected<Field>;
      });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A capture file of Ethernet frames (the format of libpcap, version 2.4, link type 1). */
function pcapOf(frames: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32BE(0xa1b2c3d4, 0);
  head.writeUInt32BE(0x00020004, 4);
  head.writeUInt32BE(65_535, 16);
  head.writeUInt32BE(1, 20);
  const records = frames.flatMap((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32BE(frame.length, 8);
    record.writeUInt32BE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([head, ...records]);
}
