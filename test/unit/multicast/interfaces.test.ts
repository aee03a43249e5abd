import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpoint, multicastGroup } from '../../../nodes/lib/multicast/group';
import {
  arrivalInterface,
  parseInterfaces,
  resolveInterfaces,
} from '../../../nodes/lib/multicast/interfaces';
import { interfaceTable } from '../../support/network/interfaces';

const table = interfaceTable({
  lo: ['127.0.0.1/8', '::1/128'],
  eth0: ['192.0.2.2/24', '192.0.2.3/24', 'fe80::2/64', 'fd00::2/64'],
  v6only: ['fe80::3/64'],
});

const found = (wanted: string[], family: 'IPv4' | 'IPv6') =>
  resolveInterfaces(wanted, family, table).map((each) =>
    'found' in each ? `${each.wanted}: ${each.found.name} ${each.found.address}` : `${each.wanted}: -`,
  );

describe('interface list', () => {
  it('is text with commas or an array, loopback when empty, each entry once', () => {
    assert.deepEqual(parseInterfaces(' eth0, wlan0 ,,eth0'), ['eth0', 'wlan0']);
    assert.deepEqual(parseInterfaces(['eth0', ' 192.0.2.2']), ['eth0', '192.0.2.2']);
    for (const none of [undefined, '', ' , ', []]) assert.deepEqual(parseInterfaces(none), ['lo']);
  });

  it('finds interfaces by name and by any of their addresses', () => {
    assert.deepEqual(found(['lo', 'eth0'], 'IPv4'), ['lo: lo 127.0.0.1', 'eth0: eth0 192.0.2.2']);
    assert.deepEqual(found(['192.0.2.3'], 'IPv4'), ['192.0.2.3: eth0 192.0.2.3']);
    assert.deepEqual(found(['192.0.2.3', 'fe80::3'], 'IPv6'), [
      '192.0.2.3: eth0 ::%eth0',
      'fe80::3: v6only ::%v6only',
    ]);
  });

  it('takes an interface once, whatever it is called', () => {
    assert.deepEqual(found(['eth0', '192.0.2.3', '127.0.0.1', 'lo'], 'IPv4'), [
      'eth0: eth0 192.0.2.2',
      '127.0.0.1: lo 127.0.0.1',
    ]);
  });

  it('names what is missing and what is there', () => {
    const [missing, wrongFamily] = resolveInterfaces(['wlan7', 'v6only'], 'IPv4', table);
    assert.ok('error' in missing && 'error' in wrongFamily);
    assert.equal(missing.error.code, 'interface');
    assert.match(missing.error.message, /"wlan7" with an IPv4 address.*lo \(127\.0\.0\.1, ::1\); eth0 \(192/);
    assert.match(wrongFamily.error.message, /"v6only"/);
    assert.match(
      'error' in wrongFamily ? wrongFamily.error.message : '',
      /^(?!.*v6only \()/,
      'one without an address of the family is no choice',
    );
  });
});

describe('arrival interface', () => {
  const joined = resolveInterfaces(['lo', 'eth0'], 'IPv4', table).flatMap((each) =>
    'found' in each ? [each.found] : [],
  );

  it('is the only one, whoever sent', () => {
    assert.equal(arrivalInterface('203.0.113.9', joined.slice(1)), 'eth0');
  });

  it('follows from the network of the sender, or its zone', () => {
    assert.equal(arrivalInterface('127.0.0.1', joined), 'lo');
    assert.equal(arrivalInterface('192.0.2.77', joined), 'eth0');
    assert.equal(arrivalInterface('fe80::1%wlan0', joined), 'wlan0');
    assert.equal(arrivalInterface('203.0.113.9', joined), undefined);
  });
});

describe('multicast group', () => {
  it('knows its family and fills in the defaults', () => {
    assert.deepEqual(multicastGroup({}), {
      address: '239.255.42.99',
      family: 'IPv4',
      port: 37020,
      interfaces: ['lo'],
      hops: 1,
      loopback: true,
    });
    const group = multicastGroup({ address: 'ff15::42' });
    assert.equal(group.family, 'IPv6');
    assert.equal(endpoint(group), '[ff15::42]:37020');
  });

  for (const address of [
    '192.0.2.1',
    '223.255.255.255',
    '240.0.0.0',
    'fe80::1',
    'ff02::1%eth0',
    'localhost',
    '',
  ]) {
    it(`refuses ${JSON.stringify(address)}`, () => {
      assert.throws(() => multicastGroup({ address }), { code: 'setting', message: /multicast group/ });
    });
  }

  it('refuses ports and hops out of range', () => {
    for (const port of [0, 65536, 1.5, NaN])
      assert.throws(() => multicastGroup({ port }), { code: 'setting' });
    for (const hops of [-1, 256]) assert.throws(() => multicastGroup({ hops }), { code: 'setting' });
  });
});
