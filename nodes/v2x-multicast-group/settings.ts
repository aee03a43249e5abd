import { DEFAULT_GROUP, HOPS, PORTS } from '../lib/multicast/default-group';
import { number, onOff, text } from '../lib/node-red/settings';

export const SETTINGS = {
  group: text(DEFAULT_GROUP.address),
  port: number({ fallback: DEFAULT_GROUP.port, ...PORTS, whole: true }),
  /** Names or addresses, separated by commas. */
  interfaces: text(DEFAULT_GROUP.interfaces.join(', ')),
  hops: number({ fallback: DEFAULT_GROUP.hops, ...HOPS, whole: true }),
  loopback: onOff(DEFAULT_GROUP.loopback),
};
