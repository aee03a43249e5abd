import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { V2xError } from '../errors';
import type { Family } from './group';

/** The interfaces that are up, as os.networkInterfaces gives them. */
export type InterfaceTable = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** One interface of this machine. */
export interface NetworkInterface {
  readonly name: string;
  /** How the system wants it named in multicast calls: an IPv4 address of it, or `::%name` for IPv6. */
  readonly address: string;
  /** The networks it is on. */
  readonly networks: BlockList;
}

/** What became of one entry of the user's list. */
export type Resolution =
  | { readonly wanted: string; readonly found: NetworkInterface }
  | { readonly wanted: string; readonly error: V2xError };

/** Name and addresses of each interface that is up, for people to choose from. */
export function listInterfaces(table: InterfaceTable): { name: string; addresses: string[] }[] {
  return Object.entries(table).map(([name, infos = []]) => ({
    name,
    addresses: infos.map(({ address }) => address),
  }));
}

/** The entries of an interface list: an array, or text separated by commas; none means loopback. */
export function parseInterfaces(setting: string | readonly string[] | undefined): readonly string[] {
  const entries = (typeof setting === 'string' ? setting.split(',') : (setting ?? [])).map((entry) =>
    entry.trim(),
  );
  const named = entries.filter((entry) => entry !== '');
  return named.length > 0 ? [...new Set(named)] : ['lo'];
}

/**
 * Finds the wanted interfaces among those of the machine. Two entries that mean one interface give one result,
 * since its addresses share multicast membership.
 * @returns in the order of `wanted`; an entry that is not there carries a V2xError `interface` that names what is
 */
export function resolveInterfaces(
  wanted: readonly string[],
  family: Family,
  table: InterfaceTable,
): readonly Resolution[] {
  const taken = new Set<string>();
  return wanted.flatMap((entry): Resolution[] => {
    const found = findInterface(entry, family, table);
    if (!found) return [{ wanted: entry, error: missingInterface(entry, family, table) }];
    if (taken.has(found.name)) return [];
    taken.add(found.name);
    return [{ wanted: entry, found }];
  });
}

function findInterface(wanted: string, family: Family, table: InterfaceTable): NetworkInterface | undefined {
  for (const [name, infos = []] of Object.entries(table)) {
    if (name !== wanted && !infos.some((info) => info.address === wanted)) continue;
    const ofFamily = infos.filter((info) => info.family === family);
    const chosen = ofFamily.find((info) => info.address === wanted) ?? ofFamily.at(0);
    if (!chosen) return undefined;
    const address = family === 'IPv4' ? chosen.address : `::%${name}`;
    return { name, address, networks: networksOf(ofFamily) };
  }
  return undefined;
}

function networksOf(infos: readonly NetworkInterfaceInfo[]): BlockList {
  const networks = new BlockList();
  for (const { cidr, family } of infos) {
    if (cidr === null) continue;
    const [network = '', prefix] = cidr.split('/');
    networks.addSubnet(network, Number(prefix), family === 'IPv4' ? 'ipv4' : 'ipv6');
  }
  return networks;
}

function missingInterface(wanted: string, family: Family, table: InterfaceTable): V2xError {
  const there = Object.entries(table)
    .filter(([, infos = []]) => infos.some((info) => info.family === family))
    .map(([name, infos = []]) => `${name} (${infos.map((info) => info.address).join(', ')})`);
  const known = there.length > 0 ? `interfaces that are up: ${there.join('; ')}` : 'no interface is up';
  const shown = wanted.length > 45 ? `${wanted.slice(0, 44)}…` : wanted;
  return new V2xError(
    'interface',
    `No interface ${JSON.stringify(shown)} with an ${family} address for multicast; ${known}`,
    { interface: shown },
    { remedy: 'bring it up or change the setting "interfaces"' },
  );
}

/**
 * The interface on which a datagram arrived. The system does not report it, so with several it follows from the sender's
 * address: the zone of a link-local one, or the network it is on.
 * @returns the interface's name; undefined when the sender is on none of their networks
 */
export function arrivalInterface(sender: string, joined: readonly NetworkInterface[]): string | undefined {
  if (joined.length === 1) return joined[0]?.name;
  const [address = '', ...zone] = sender.split('%');
  if (zone.length > 0) return zone[0];
  const type = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return joined.find(({ networks }) => networks.check(address, type))?.name;
}
