import { BlockList, isIP } from 'node:net';
import { V2xError } from '../errors';
import { DEFAULT_GROUP, HOPS, PORTS } from './default-group';

export type Family = 'IPv4' | 'IPv6';

/** Where datagrams go to and come from. */
export interface MulticastGroup {
  readonly address: string;
  readonly family: Family;
  readonly port: number;
  /** Interfaces by name or address, in the user's order. */
  readonly interfaces: readonly string[];
  /** How many routers a datagram may cross, plus one: 1 keeps it on the link (TTL, IPv6 hop limit). */
  readonly hops: number;
  /** Whether programs on this machine receive what it sends. */
  readonly loopback: boolean;
}

const MULTICAST = new BlockList();
// RFC 5771 and RFC 4291, 2.7
MULTICAST.addSubnet('224.0.0.0', 4, 'ipv4');
MULTICAST.addSubnet('ff00::', 8, 'ipv6');

/**
 * Checks the settings of a group and fills in defaults.
 * @throws V2xError `setting` naming the setting, its value and the rule
 */
export function multicastGroup(settings: Partial<Omit<MulticastGroup, 'family'>>): MulticastGroup {
  const group = { ...DEFAULT_GROUP, ...settings };
  requireInteger('port', group.port, PORTS);
  requireInteger('hops', group.hops, HOPS);
  return { ...group, family: familyOf(group.address) };
}

function familyOf(address: string): Family {
  // An IPv6 zone ("%eth0") is a choice of interface, which is a setting of its own.
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || !MULTICAST.check(address, version === 4 ? 'ipv4' : 'ipv6')) {
    throw new V2xError(
      'setting',
      `The multicast group is ${JSON.stringify(address)}; it must be an address from 224.0.0.0 to 239.255.255.255 or in ff00::/8`,
      { name: 'group' },
    );
  }
  return version === 4 ? 'IPv4' : 'IPv6';
}

function requireInteger(name: string, value: number, { min, max }: typeof PORTS): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new V2xError(
    'setting',
    `The setting "${name}" is ${value}; it must be a whole number from ${min} to ${max}`,
    { name, min, max },
  );
}

/** A group as people read it: `239.255.42.99:37020`, `[ff15::1]:37020`. */
export function endpoint({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
