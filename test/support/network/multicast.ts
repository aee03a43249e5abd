import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { multicastGroup, type MulticastGroup } from '../../../nodes/lib/multicast/group';

/** A UDP port that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A group on loopback of its own for one test. */
export async function testGroup(settings: Partial<MulticastGroup> = {}): Promise<MulticastGroup> {
  const address = `239.255.${randomInt(1, 250)}.${randomInt(1, 250)}`;
  return multicastGroup({ address, port: await freePort(), ...settings });
}
