import { createSocket, type Socket } from 'node:dgram';
import { messageOf, V2xError } from '../errors';
import { InterfaceBindings, type Binding, type InterfaceOptions } from './bindings';
import type { MulticastGroup } from './group';
import type { NetworkInterface } from './interfaces';

/** The largest datagram that is sent: it fits one Ethernet or Wi-Fi frame, so that losing a fragment loses nothing. */
export const MAX_DATAGRAM_BYTES = 1400;

/** What became of a datagram on one interface. */
interface InterfaceReport {
  readonly name: string;
  /** What it was sent from, an IPv4 address or `::%name`; empty when the interface is not there. */
  readonly address: string;
  readonly ok: boolean;
  readonly error?: string;
}

export interface SendReport {
  readonly bytes: number;
  /** When it was handed to the system, Unix seconds. */
  readonly sent: number;
  readonly interfaces: readonly InterfaceReport[];
}

/** Sends datagrams to a multicast group, over one socket per interface. */
export class MulticastSender {
  private readonly sockets: InterfaceBindings<Socket>;

  constructor(
    private readonly group: MulticastGroup,
    private readonly options: InterfaceOptions,
  ) {
    const binder = {
      open: (at: NetworkInterface) => this.openSocket(at),
      close: (socket: Socket) => socket.close(),
    };
    this.sockets = new InterfaceBindings<Socket>(group, binder, options);
  }

  /** Opens the sockets. An interface that cannot be used is reported through `onFault` and retried. */
  async open(): Promise<void> {
    await this.sockets.start();
  }

  close(): void {
    this.sockets.close();
  }

  /**
   * Sends a datagram once on every interface; what fails on one is in the report and does not touch the others.
   * @throws V2xError `size` when it is larger than MAX_DATAGRAM_BYTES
   */
  async send(datagram: Uint8Array): Promise<SendReport> {
    requireSize(datagram);
    const sent = this.options.clock.now();
    const interfaces = await Promise.all(this.sockets.wanted.map((wanted) => this.sendOn(wanted, datagram)));
    return { bytes: datagram.byteLength, sent, interfaces };
  }

  private async sendOn(wanted: string, datagram: Uint8Array): Promise<InterfaceReport> {
    const binding = this.sockets.get(wanted);
    if (!binding) return this.notSent(wanted);
    try {
      return await this.transmit(wanted, binding, datagram);
    } catch {
      // The interface may have gone, or have another address by now: try once more on a new socket.
      await this.sockets.renew(wanted, binding);
    }
    const renewed = this.sockets.get(wanted);
    if (!renewed) return this.notSent(wanted);
    try {
      return await this.transmit(wanted, renewed, datagram);
    } catch (error) {
      this.sockets.fail(wanted, sendFailed(renewed.at, error));
      return this.notSent(wanted);
    }
  }

  private async transmit(
    wanted: string,
    { at, bound }: Binding<Socket>,
    datagram: Uint8Array,
  ): Promise<InterfaceReport> {
    await new Promise<void>((resolve, reject) => {
      bound.send(datagram, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    if (this.sockets.fault(wanted)?.code === 'send') this.sockets.clearFault(wanted);
    return { name: at.name, address: at.address, ok: true };
  }

  private notSent(wanted: string): InterfaceReport {
    const at = this.sockets.get(wanted)?.at;
    const error = this.sockets.fault(wanted)?.message ?? 'the sender is closed';
    return { name: at?.name ?? wanted, address: at?.address ?? '', ok: false, error };
  }

  /** A socket broke between sends: what is wrong shows in opening another one. */
  private async renew(socket: Socket): Promise<void> {
    for (const wanted of this.sockets.wanted) {
      const binding = this.sockets.get(wanted);
      if (binding?.bound === socket) await this.sockets.renew(wanted, binding);
    }
  }

  private async openSocket(at: NetworkInterface): Promise<Socket> {
    const { address, port, family, hops, loopback } = this.group;
    const socket = createSocket(family === 'IPv4' ? 'udp4' : 'udp6');
    try {
      // Before it is bound a socket takes no options; connected, it skips the name lookup of every send
      // and fails at once if there is no route to the group.
      await settled(socket, 'listening', () => socket.bind(0));
      socket.setMulticastInterface(at.address);
      socket.setMulticastTTL(hops);
      socket.setMulticastLoopback(loopback);
      await settled(socket, 'connect', () => {
        socket.connect(port, address);
      });
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.on('error', () => void this.renew(socket));
    return socket;
  }
}

/** Starts something on a socket and waits for the event that confirms it. */
function settled(socket: Socket, event: 'listening' | 'connect', start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      socket.off(event, done);
      socket.off('error', done);
      if (error) reject(error);
      else resolve();
    };
    socket.once(event, done);
    socket.once('error', done);
    start();
  });
}

/**
 * Checks that a datagram can be sent.
 * @throws V2xError `size`
 */
export function requireSize(datagram: Uint8Array): void {
  const bytes = datagram.byteLength;
  if (bytes > 0 && bytes <= MAX_DATAGRAM_BYTES) return;
  throw new V2xError(
    'size',
    `The datagram has ${bytes} bytes; it must have 1 to ${MAX_DATAGRAM_BYTES}`,
    { bytes, max: MAX_DATAGRAM_BYTES },
    { remedy: 'send less per message' },
  );
}

function sendFailed({ name, address }: NetworkInterface, cause: unknown): V2xError {
  return new V2xError(
    'send',
    `Sending on interface ${name} (${address}) failed: ${messageOf(cause)}`,
    { interface: name },
    { remedy: 'check "ip route" and the firewall', cause },
  );
}
