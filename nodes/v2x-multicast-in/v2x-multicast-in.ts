import type { V2xError } from '../lib/errors';
import type { MulticastGroup } from '../lib/multicast/group';
import { receiveMulticast, type DatagramInfo, type ReceiverOptions } from '../lib/multicast/receiver';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
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

/** What the node shows while one socket lives: red as long as an interface does not work. */
function handlersOf(node: FlowNode<Config>, healthy: () => void): Handlers {
  let impaired = false;
  let received = 0;
  const status = new Throttle(node.clock, STATUS_PERIOD_SECONDS, () => {
    if (!impaired) node.status.ok('received', { time: timeOfDay(received) });
  });
  node.onClose(() => {
    status.cancel();
  });
  return {
    onReady() {
      healthy();
      if (!impaired) node.status.ok('listening');
    },
    onDatagram(payload: Buffer, datagram: DatagramInfo) {
      received = datagram.received;
      status.call();
      node.send({ payload, datagram });
    },
    onFault(error: V2xError) {
      impaired = true;
      node.report(error);
    },
    onRecovery(name: string, all: boolean) {
      impaired = !all;
      node.info(node.text('log.recovered', { interface: name }));
      if (all) node.status.ok('listening');
    },
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
