import type { NetworkInterfaceInfo } from 'node:os';
import type { InterfaceTable } from '../../../nodes/lib/multicast/interfaces';

/** An interface table from names and addresses with prefix length, such as `{ eth0: ['192.0.2.2/24'] }`. */
export function interfaceTable(interfaces: Readonly<Record<string, readonly string[]>>): InterfaceTable {
  return Object.fromEntries(
    Object.entries(interfaces).map(([name, cidrs]) => [name, cidrs.map(interfaceInfo)]),
  );
}

function interfaceInfo(cidr: string): NetworkInterfaceInfo {
  const common = {
    address: cidr.slice(0, cidr.indexOf('/')),
    netmask: '',
    mac: '00:00:00:00:00:00',
    internal: cidr.startsWith('127.') || cidr.startsWith('::1/'),
    cidr,
  };
  return cidr.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
}
