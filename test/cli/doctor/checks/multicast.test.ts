import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkMulticast, igmpVersion, judgeInterface } from '../../../../cli/doctor/checks/multicast';
import { temporaryDirectory } from '../../../support/flow';

const IGMP = `Idx	Device    : Count Querier	Group    Users Timer	Reporter
1	lo        :     1      V3
				010000E0     1 0:00000000		0
4	eth0      :     1      V2
				010000E0     1 0:00000000		0
`;

/** A machine's /sys and /proc with these attributes of interfaces. */
async function machine(t: TestContext, attributes: Readonly<Record<string, string>>, igmp = '') {
  const root = await temporaryDirectory(t);
  for (const [path, value] of Object.entries(attributes)) {
    const file = join(root, 'class/net', path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, `${value}\n`);
  }
  await mkdir(join(root, 'net'), { recursive: true });
  await writeFile(join(root, 'net/igmp'), igmp);
  return root;
}

const levels = (found: readonly { readonly level: string }[]) => found.map(({ level }) => level);

describe('an interface', () => {
  it('is not looked at when it is the loopback', async () => {
    assert.deepEqual(await judgeInterface('lo'), []);
  });

  it('whose link is down is a problem', async (t) => {
    const root = await machine(t, { 'eth0/operstate': 'down' });
    const [found] = await judgeInterface('eth0', root, root);
    assert.deepEqual([found.level, found.text], ['problem', 'eth0: the link is down']);
  });

  it('that is Wi-Fi gets advice for the access point', async (t) => {
    const root = await machine(t, { 'wlan0/operstate': 'up', 'wlan0/wireless/status': '0' });
    const [found] = await judgeInterface('wlan0', root, root);
    assert.match(found.remedy ?? '', /DTIM/);
  });

  it('on a bridge that snoops and does not query gets the command', async (t) => {
    const bridge = { 'br0/bridge/multicast_snooping': '1', 'br0/bridge/multicast_querier': '0' };
    const root = await machine(t, { 'eth0/operstate': 'up', 'eth0/brport/priority': '1', ...bridge });
    await symlink('../../br0', join(root, 'class/net/eth0/brport/bridge'));
    for (const name of ['br0', 'eth0']) {
      const [found] = await judgeInterface(name, root, root);
      assert.equal(found.level, 'warning', name);
      assert.equal(found.remedy, 'sudo ip link set br0 type bridge mcast_querier 1');
    }
  });

  it('on a bridge that queries, or does not snoop, is fine', async (t) => {
    const settings = { 'a/bridge/multicast_snooping': '1', 'a/bridge/multicast_querier': '1' };
    const root = await machine(t, { ...settings, 'b/bridge/multicast_snooping': '0' });
    assert.match((await judgeInterface('a', root, root))[0].text, /its own querier/);
    assert.deepEqual(levels(await judgeInterface('b', root, root)), ['ok']);
  });

  it('tells of a querier that the kernel has heard, or that one is needed behind a switch', async (t) => {
    const root = await machine(t, { 'eth0/operstate': 'up', 'eth1/operstate': 'up' }, IGMP);
    assert.match((await judgeInterface('eth0', root, root))[0].text, /there is an IGMP V2 querier/);
    assert.match((await judgeInterface('eth1', root, root))[0].text, /needs a querier/);
    assert.deepEqual(
      [igmpVersion(IGMP, 'lo'), igmpVersion(IGMP, 'et'), igmpVersion(undefined, 'lo')],
      ['V3', undefined, undefined],
    );
  });
});

describe('multicast', () => {
  const node = (config: object) => ({
    id: 'g',
    type: 'v2x-multicast-group',
    label: 'g',
    config: { ...config },
    credentials: {},
  });

  it('is sent and received on the loopback, from which vehicles hear nothing', async () => {
    const found = await checkMulticast(node({ group: '239.255.1.2', loopback: false }));
    assert.deepEqual(levels(found), ['ok', 'warning']);
    assert.match(found[0].text, /lo: sends to 239\.255\.1\.2:37020 and receives it/);
    assert.match(found[1].remedy ?? '', /V2X_INTERFACES/);
  });

  it('names what is up instead of an interface that is missing', async () => {
    const [found] = await checkMulticast(node({ interfaces: 'nosuch0' }));
    assert.equal(found.level, 'problem');
    assert.match(found.text, /nosuch0.*interfaces that are up: lo/);
  });
});
