import type { MulticastGroup } from '../lib/multicast/group';
import { receiveMulticast, type DatagramInfo, type ReceiverOptions } from '../lib/multicast/receiver';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import { InterfaceStatus } from '../lib/node-red/interface-status';
import { readSettings } from '../lib/node-red/settings';
import { Throttle } from '../lib/time/throttle';
import { timeOfDay } from '../lib/node-red/status';
import { SETTINGS } from './settings';

interface Config extends Record<keyof typeof SETTINGS, unknown> {
  group: string;
}

/** The status is drawn at most this often, however many datagrams come. */
const STATUS_PERIOD_SECONDS = 0.5;

/** Receives the datagrams of a multicast group, each with its sender and the time it came in. */
export default defineNode<Config>({
  type: 'v2x-multicast-in',
  async setup(node) {
    const group = await node.use<MulticastGroup>(node.config.group, 'v2x-multicast-group');
    const { rejoin: rejoinEvery, limit: maxBytes } = readSettings(SETTINGS, node.config);
    const onOversized = oversizedCounter(node, maxBytes);
    node.run((signal, healthy) => {
      const options = { ...handlersOf(node, healthy), onOversized, rejoinEvery, maxBytes, clock: node.clock };
      return receiveMulticast(group, options, signal);
    });
    return {};
  },
});

type Handlers = Required<Pick<ReceiverOptions, 'onDatagram' | 'onReady' | 'onFault' | 'onRecovery'>>;

/** What the node does while one socket lives. */
function handlersOf(node: FlowNode<Config>, healthy: () => void): Handlers {
  let received: number | undefined;
  const display = new InterfaceStatus(
    node,
    () => {
      if (received === undefined) node.status.ok('listening');
      else node.status.ok('received', { time: timeOfDay(received) });
    },
    (name) => node.text('log.recovered', { interface: name }),
  );
  const redraw = new Throttle(node.clock, STATUS_PERIOD_SECONDS, () => {
    display.show();
  });
  node.onClose(() => {
    redraw.cancel();
  });
  return {
    onReady() {
      healthy();
      display.show();
    },
    onDatagram(payload: Buffer, datagram: DatagramInfo) {
      received = datagram.received;
      redraw.call();
      node.send({ payload, datagram });
    },
    onFault: display.onFault,
    onRecovery: display.onRecovery,
  };
}

/** Warns of the first, the 10th, the 100th dropped datagram and so on: a flood must not flood the log. */
function oversizedCounter(node: FlowNode<Config>, limit: number): (datagram: DatagramInfo) => void {
  let dropped = 0;
  let next = 1;
  return ({ bytes, from }) => {
    dropped += 1;
    if (dropped < next) return;
    next *= 10;
    node.warn(node.text('log.oversized', { dropped, limit, bytes, from: `${from.address}:${from.port}` }));
  };
}
