import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { atEnd } from '../support/at-end';
import { RunningExample } from '../support/unit/example';
import { freePort } from '../support/network/multicast';
import { dissect, tsharkMissing } from '../support/tshark';

const GROUP = '239.255.118.97';

/** Every datagram to a port of a multicast group on loopback, as it comes. */
async function capture(t: TestContext, port: number): Promise<Buffer[]> {
  const datagrams: Buffer[] = [];
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  atEnd(t, () => socket.close());
  socket.on('message', (datagram) => datagrams.push(datagram));
  socket.bind(port, GROUP);
  await once(socket, 'listening');
  socket.addMembership(GROUP, '127.0.0.1');
  return datagrams;
}

/** Warns and ends the warning, and waits until the example's own other end heard of both. */
async function warnAndEnd(example: RunningExample): Promise<string> {
  await example.press('collision');
  const { text } = await example.unit.program.line(/\[RECV\] new collision \(1001:\d+\)/);
  await example.press('the road is clear');
  await example.unit.program.line(/\[RECV\] cancel unknown \(1001:\d+\)/);
  example.assertQuiet();
  return /1001:(\d+)/.exec(text)?.[1] ?? '';
}

describe('example denm-vanetza', () => {
  it('warns and ends the warning by DENMs that its other end, and Wireshark, can read', async (t) => {
    const port = await freePort();
    const datagrams = await capture(t, port);
    const settings = { 'v2x-multicast-group': { group: GROUP, port } };
    const example = await RunningExample.start('denm-vanetza', { settings });
    atEnd(t, () => example.unit.stop());
    const sequence = await warnAndEnd(example);

    if (tsharkMissing() !== false) {
      t.diagnostic('Without tshark nobody else reads them');
      return;
    }
    const fields = [
      'its.originatingStationID',
      'its.sequenceNumber',
      'denm.termination',
      'its.causeCode',
    ] as const;
    const seen = dissect(datagrams, [...fields, 'geonw.ch.htype', 'btpb.dstport']);
    assert.ok(seen.length >= 2);
    for (const one of seen) {
      assert.equal(one.malformed, '');
      assert.equal(one.protocols, 'eth:ethertype:gnw:btpb:its');
      assert.deepEqual([one['geonw.ch.htype'], one['btpb.dstport']], ['0x40', '2002']);
      assert.deepEqual([one['its.originatingStationID'], one['its.sequenceNumber']], ['1001', sequence]);
    }
    const [warning, end] = [seen[0], seen[seen.length - 1]];
    assert.deepEqual([warning['denm.termination'], warning['its.causeCode']], ['', '2']);
    assert.deepEqual([end['denm.termination'], end['its.causeCode']], ['0', '']);
  });
});

describe('example denm-ros2', () => {
  it('warns and ends the warning by DENMs that its other end can read', async (t) => {
    const port = String(await freePort());
    const settings = { 'udp out': { port }, 'udp in': { port } };
    const example = await RunningExample.start('denm-ros2', { settings });
    atEnd(t, () => example.unit.stop());
    await warnAndEnd(example);
  });
});
