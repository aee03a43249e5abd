import { networkInterfaces } from 'node:os';
import { multicastGroup, type MulticastGroup } from '../lib/multicast/group';
import { listInterfaces, parseInterfaces } from '../lib/multicast/interfaces';
import type { AdminRoute } from '../lib/node-red/http/admin';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

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
    const { group, interfaces, ...settings } = readSettings(SETTINGS, config);
    return {
      api: multicastGroup({ ...settings, address: group, interfaces: parseInterfaces(interfaces) }),
    };
  },
});
