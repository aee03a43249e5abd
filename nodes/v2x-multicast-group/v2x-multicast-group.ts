import { networkInterfaces } from 'node:os';
import { DEFAULT_GROUP, multicastGroup, type MulticastGroup } from '../lib/multicast/group';
import { listInterfaces, parseInterfaces } from '../lib/multicast/interfaces';
import type { AdminRoute } from '../lib/node-red/admin';
import { defineNode } from '../lib/node-red/define-node';
import { booleanSetting, numberSetting } from '../lib/node-red/settings';

interface Config {
  group: string;
  port: string | number;
  /** Names or addresses, separated by commas. */
  interfaces: string;
  hops: string | number;
  loopback: boolean | string;
}

/** The interfaces of this machine that are up. */
const interfacesRoute: AdminRoute = {
  method: 'get',
  path: '/v2x/interfaces',
  fields: [],
  answer: () => Promise.resolve(listInterfaces(networkInterfaces())),
};

/** A multicast group and the interfaces it is used on; its users get the checked settings. */
export default defineNode<Config, object, MulticastGroup>({
  type: 'v2x-multicast-group',
  routes: [interfacesRoute],
  setup({ config }) {
    return {
      api: multicastGroup({
        address: config.group?.trim() ?? DEFAULT_GROUP.address,
        port: numberSetting('port', config.port, { fallback: DEFAULT_GROUP.port, min: 1, max: 65535 }),
        interfaces: parseInterfaces(config.interfaces),
        hops: numberSetting('hops', config.hops, { fallback: DEFAULT_GROUP.hops, min: 0, max: 255 }),
        loopback: booleanSetting(config.loopback, DEFAULT_GROUP.loopback),
      }),
    };
  },
});
