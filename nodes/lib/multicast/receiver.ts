import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { sleep, type Clock } from '../time/clock';
import { codeOf, messageOf, V2xError } from '../errors';
import { InterfaceBindings, type InterfaceOptions } from './bindings';
import { endpoint, type MulticastGroup } from './group';
import { arrivalInterface, type NetworkInterface } from './interfaces';

/** What surrounds a datagram that came in. */
export interface DatagramInfo {
  readonly from: { readonly address: string; readonly port: number };
  /** The interface on which it arrived; undefined if unknown, see `arrivalInterface`. */
  readonly interface: string | undefined;
  /** Unix seconds. */
  readonly received: number;
  readonly bytes: number;
}

export interface ReceiverOptions extends InterfaceOptions {
  readonly onDatagram: (datagram: Buffer, info: DatagramInfo) => void;
  /** Datagrams larger than this are dropped. */
  readonly maxBytes: number;
  readonly onOversized?: (info: DatagramInfo) => void;
  /**
   * How often memberships are renewed, in seconds; default 60. Switches that snoop IGMP or MLD forget a member
   * after some minutes (RFC 4541), and nobody asks again where no router does.
   */
  readonly rejoinEvery?: number;
  /** The socket is bound, and what interfaces are there are joined. */
  readonly onReady?: (joined: readonly string[]) => void;
}

/**
 * Receives the datagrams of a multicast group until `signal` is aborted. Several programs on one machine can
 * receive the same group.
 * @throws V2xError `port` when the port cannot be bound, `socket` when the socket breaks
 */
export async function receiveMulticast(
  group: MulticastGroup,
  options: ReceiverOptions,
  signal: AbortSignal,
): Promise<void> {
  const socket = await bindSocket(group);
  const memberships = new InterfaceBindings<undefined>(group, membershipOf(socket, group.address), options);
  const ended = new AbortController();
  try {
    socket.on('message', (datagram, sender) => {
      take(datagram, sender, memberships, options);
    });
    await memberships.start();
    options.onReady?.(memberships.bound.map(({ at }) => at.name));
    void keepJoining(memberships, options.clock, options.rejoinEvery ?? 60, ended.signal);
    await brokenOrAborted(socket, signal);
  } finally {
    ended.abort();
    memberships.close();
    socket.close();
  }
}

async function bindSocket({ address, family, port }: MulticastGroup): Promise<Socket> {
  const socket = createSocket({ type: family === 'IPv4' ? 'udp4' : 'udp6', reuseAddr: true });
  // Bound to the group, the socket takes neither unicast datagrams nor those of other groups on the same port.
  // Windows cannot, and an IPv6 group of link scope would need one socket per interface.
  const host = family === 'IPv4' && process.platform !== 'win32' ? address : undefined;
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    throw new V2xError(
      'port',
      `Cannot receive on UDP ${endpoint({ address, port })}: ${messageOf(error)}`,
      { port },
      { remedy: 'choose another port, or end the program that uses it ("ss -ulpn")', cause: error },
    );
  }
}

/** One socket is member on every interface: with several, the system would give each of them every datagram. */
function membershipOf(socket: Socket, group: string) {
  return {
    open(at: NetworkInterface): undefined {
      tolerate(['EADDRINUSE'], () => {
        socket.addMembership(group, at.address);
      });
    },
    close(_: undefined, at: NetworkInterface): void {
      tolerate(['EADDRNOTAVAIL', 'ENODEV'], () => {
        socket.dropMembership(group, at.address);
      });
    },
  };
}

/** Runs a membership call; the given codes say that what it is to bring about is so already. */
function tolerate(codes: readonly string[], call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  }
}

function take(
  datagram: Buffer,
  sender: RemoteInfo,
  memberships: InterfaceBindings<undefined>,
  { clock, maxBytes, onDatagram, onOversized }: ReceiverOptions,
): void {
  const info: DatagramInfo = {
    from: { address: sender.address, port: sender.port },
    interface: arrivalInterface(
      sender.address,
      memberships.bound.map(({ at }) => at),
    ),
    received: clock.now(),
    bytes: datagram.length,
  };
  if (datagram.length > maxBytes) onOversized?.(info);
  else onDatagram(datagram, info);
}

async function keepJoining(
  memberships: InterfaceBindings<undefined>,
  clock: Clock,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(clock, seconds, signal);
    if (signal.aborted) return;
    await memberships.renewAll();
  }
}

function brokenOrAborted(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
    socket.once('error', (cause) => {
      reject(new V2xError('socket', `The multicast socket failed: ${messageOf(cause)}`, {}, { cause }));
    });
  });
}
