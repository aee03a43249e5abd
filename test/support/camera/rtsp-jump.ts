import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const VIDEO_RATE = 90_000;
const SENDER_REPORT = 200;

export interface JumpingCamera {
  readonly url: string;
  /** From now on all time stamps are so many seconds off, as when a camera's clock is set. */
  jump(seconds: number): void;
  stop(): void;
}

/** Stands before an RTSP camera with one stream over TCP, and can make its time stamps jump. */
export async function jumpingCamera(port: number): Promise<JumpingCamera> {
  let offset = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const camera = connect(port, '127.0.0.1');
    const shifter = new RtpShifter(() => offset);
    client.pipe(camera);
    camera.on('data', (chunk: Buffer) => client.write(shifter.push(chunk)));
    for (const [socket, other] of [
      [client, camera],
      [camera, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/cam`,
    jump(seconds) {
      offset = seconds * VIDEO_RATE;
    },
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Rewrites the time stamps of interleaved RTP and RTCP packets (RFC 2326, 10.12) and passes replies on. */
class RtpShifter {
  private rest = Buffer.alloc(0);

  constructor(private readonly offset: () => number) {}

  push(chunk: Buffer): Buffer {
    this.rest = Buffer.concat([this.rest, chunk]);
    let end = 0;
    for (let next = this.endOfPart(end); next > end; next = this.endOfPart(end)) {
      if (this.rest[end] === 0x24)
        this.shift(this.rest.subarray(end + 4, next), (this.rest[end + 1] & 1) === 1);
      end = next;
    }
    const whole = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    return whole;
  }

  /** Where the packet or reply that begins at `start` ends; `start` itself while it is not whole. */
  private endOfPart(start: number): number {
    if (this.rest.length < start + 4) return start;
    if (this.rest[start] === 0x24) {
      const end = start + 4 + this.rest.readUInt16BE(start + 2);
      return end <= this.rest.length ? end : start;
    }
    const headEnd = this.rest.indexOf('\r\n\r\n', start);
    if (headEnd < 0) return start;
    const head = this.rest.toString('latin1', start, headEnd);
    const end = headEnd + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    return end <= this.rest.length ? end : start;
  }

  private shift(packet: Buffer, control: boolean): void {
    if (control && packet[1] !== SENDER_REPORT) return;
    const position = control ? 16 : 4;
    packet.writeUInt32BE((packet.readUInt32BE(position) + this.offset()) >>> 0, position);
  }
}
