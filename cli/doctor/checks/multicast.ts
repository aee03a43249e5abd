import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { basename, join } from 'node:path';
import { systemClock } from '../../../nodes/lib/time/clock';
import { messageOf, problemOf } from '../../../nodes/lib/errors';
import { DEFAULT_GROUP } from '../../../nodes/lib/multicast/default-group';
import { endpoint, multicastGroup, type MulticastGroup } from '../../../nodes/lib/multicast/group';
import { parseInterfaces, resolveInterfaces } from '../../../nodes/lib/multicast/interfaces';
import { receiveMulticast } from '../../../nodes/lib/multicast/receiver';
import { MAX_DATAGRAM_BYTES, MulticastSender } from '../../../nodes/lib/multicast/sender';
import { findings, type Finding } from '../finding';
import { SETTINGS } from '../../../nodes/v2x-multicast-group/settings';
import { correct, settingsOf, wrongSettings } from '../settings';
import type { UnitNode } from '../unit';

const { ok, warning, problem } = findings('multicast');

/** A datagram to oneself takes microseconds. */
const ECHO_MS = 2000;
const TOKEN_BYTES = 16;

/** Sends to the group on each of its interfaces and listens for it there; looks at what stands between the two. */
export async function checkMulticast(node: UnitNode): Promise<Finding[]> {
  const { group, wrong } = groupOf(node);
  const found: Finding[] = [...wrongSettings('multicast', node, SETTINGS), ...wrong];
  const names: string[] = [];
  for (const resolution of resolveInterfaces(group.interfaces, group.family, networkInterfaces())) {
    if ('error' in resolution) {
      found.push(problem(problemOf(resolution.error), 'bring it up, or correct V2X_INTERFACES'));
      continue;
    }
    const { name } = resolution.found;
    names.push(name);
    if (wrong.length === 0) found.push(await echo(group, resolution.wanted, name));
    found.push(...(await judgeInterface(name)));
  }
  if (names.length > 0 && names.every((name) => name === 'lo')) found.push(onlyLoopback(group));
  return found;
}

/** The group of a node, and what is wrong with it; the rest of it can be looked at all the same. */
function groupOf(node: UnitNode): { group: MulticastGroup; wrong: Finding[] } {
  const { group: address, port, hops, interfaces } = settingsOf(node, SETTINGS);
  const settings = { port, hops, interfaces: parseInterfaces(interfaces) };
  try {
    return { group: multicastGroup({ ...settings, address }), wrong: [] };
  } catch (error) {
    const wrong = [problem(messageOf(error), correct(node, 'group'))];
    return { group: { ...DEFAULT_GROUP, ...settings }, wrong };
  }
}

/** The real group on a port that nobody listens to: vehicles are not bothered. */
async function echo(group: MulticastGroup, wanted: string, name: string): Promise<Finding> {
  const trial = { ...group, interfaces: [wanted], port: randomInt(49_152, 65_536), loopback: true };
  try {
    if (await hearsItself(trial)) return ok(`${name}: sends to ${endpoint(group)} and receives it`);
    const remedy = 'let the firewall pass UDP to and from the group ("nft list ruleset")';
    return problem(`${name}: datagrams sent to ${group.address} are not received`, remedy);
  } catch (error) {
    return problem(`${name}: ${messageOf(error)}`);
  }
}

async function hearsItself(group: MulticastGroup): Promise<boolean> {
  const token = randomBytes(TOKEN_BYTES);
  const end = new AbortController();
  let isHeard = false;
  let fault: unknown;
  const fail = (error: unknown) => {
    fault = error;
    end.abort();
  };
  const sender = new MulticastSender(group, { clock: systemClock, onFault: fail });
  const onReady = () => {
    void sender
      .open()
      .then(() => sender.send(token))
      .catch(fail);
  };
  try {
    await receiveMulticast(
      group,
      {
        clock: systemClock,
        maxBytes: MAX_DATAGRAM_BYTES,
        onReady,
        onFault: fail,
        onDatagram: (datagram) => {
          if (!datagram.equals(token)) return;
          isHeard = true;
          end.abort();
        },
      },
      AbortSignal.any([end.signal, AbortSignal.timeout(ECHO_MS)]),
    );
  } finally {
    sender.close();
  }
  if (fault instanceof Error) throw fault;
  return isHeard;
}

function onlyLoopback({ family }: MulticastGroup): Finding {
  const others = Object.entries(networkInterfaces())
    .filter(([name, infos = []]) => name !== 'lo' && infos.some((info) => info.family === family))
    .map(([name]) => name);
  const choice = others.length > 0 ? ` (available: ${others.join(', ')})` : '';
  return warning(
    'alerts do not leave this machine',
    `set V2X_INTERFACES to the interface towards the vehicles${choice}`,
  );
}

/**
 * What stands between an interface and its vehicles: the link, and bridges or switches that snoop IGMP.
 * @param sys where sysfs is mounted, and `proc` procfs
 */
export async function judgeInterface(name: string, sys = '/sys', proc = '/proc'): Promise<Finding[]> {
  if (name === 'lo') return [];
  const device = join(sys, 'class/net', name);
  const found: Finding[] = [];
  if ((await attribute(device, 'operstate')) === 'down') {
    found.push(problem(`${name}: the link is down`, 'plug in the cable, or connect the Wi-Fi'));
  }
  if (existsSync(join(device, 'wireless'))) {
    const cost = `${name} is Wi-Fi: access points delay multicast until the next DTIM beacon and do not retransmit it`;
    found.push(warning(cost, 'set a DTIM period of 1 and multicast-to-unicast in the access point'));
  }
  const bridge = await bridgeOf(name, device, sys);
  if (bridge) found.push(bridge);
  if (found.length > 0) return found;
  const version = igmpVersion(await attribute(join(proc, 'net'), 'igmp'), name);
  if (version !== undefined && version !== 'V3') return [ok(`${name}: there is an IGMP ${version} querier`)];
  return [ok(`${name}: ${QUERIER_HINT}`)];
}

const QUERIER_HINT =
  'a switch with IGMP snooping needs a querier in the network, or receivers drop out after a few minutes unless they rejoin';

/** A bridge of this machine says itself whether it snoops and queries; a switch elsewhere cannot be asked. */
async function bridgeOf(name: string, device: string, sys: string): Promise<Finding | undefined> {
  const port = await readlink(join(device, 'brport/bridge')).catch(() => undefined);
  const bridge = port === undefined ? name : basename(port);
  const settings = join(sys, 'class/net', bridge, 'bridge');
  const snoops = await attribute(settings, 'multicast_snooping');
  if (snoops !== '1') return undefined;
  if ((await attribute(settings, 'multicast_querier')) === '1')
    return ok(`${bridge}: IGMP snooping with its own querier`);
  return warning(
    `${bridge}: IGMP snooping without a querier: unless there is another one, receivers drop out after a few minutes`,
    `sudo ip link set ${bridge} type bridge mcast_querier 1`,
  );
}

async function attribute(directory: string, name: string): Promise<string | undefined> {
  return readFile(join(directory, name), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/**
 * Which version of IGMP the kernel speaks on an interface, from /proc/net/igmp: it falls back to an older one while
 * a querier of that version is heard.
 */
export function igmpVersion(table: string | undefined, name: string): string | undefined {
  return new RegExp(`^\\d+\\s+${name.replaceAll(/[^\w-]/g, '\\$&')}\\s*:\\s+\\d+\\s+(V\\d)`, 'm').exec(
    table ?? '',
  )?.[1];
}
