import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import j2735Decode from '../../nodes/j2735-decode/j2735-decode';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

/** 2026-11-18T11:06:50Z */
const NOW = 1_795_000_010;
/** An RSA of USDOT's code: a fire, made at 11:06:40 by its utcTime. */
const FIRE = '001b1c5f0364d47021ce0ffff5407e7eab92c69c40b6c5bfc797dc5f918fa4';
const flow = [
  {
    id: 'decode',
    type: 'j2735-decode',
    profile: 'korea',
    codes: '',
    hold: '5',
    wires: [['alert'], ['refused']],
  },
  { id: 'alert', type: 'helper' },
  { id: 'refused', type: 'helper' },
];

describe('j2735-decode', () => {
  afterEach(stopFlow);

  const start = async (settings: object = {}) => {
    const [decode, ...others] = flow;
    await startFlow([j2735Decode], [{ ...decode, ...settings }, ...others], {
      environment: { clock: new FakeClock(NOW) },
    });
    return { node: probe('decode'), alerts: outlet('alert'), refused: outlet('refused') };
  };

  it('gives the alert of a Buffer, and of hex as tools print it', async () => {
    const { node, alerts } = await start();
    for (const payload of [
      Buffer.from(FIRE, 'hex'),
      FIRE.toUpperCase(),
      `0x${FIRE}`,
      FIRE.replace(/(.{4})/g, '$1 '),
    ]) {
      node.node.receive({ payload, datagram: { from: 'kept' } });
      const message = (await alerts.next()) as unknown as Record<string, object>;
      assert.deepEqual(message.payload, {
        ...{ iss: '0', sub: '0:51154', iat: NOW - 10, exp: NOW + 5, detected: NOW - 10, status: 'active' },
        event: {
          ...{ id: 'rsa-c7d2', type: 'fire', severity: 'high', lat: 37.3901, lon: 126.6413, distance_m: 500 },
          ...{ causeCode: 94, subCauseCode: 6, informationQuality: 0 },
        },
      });
      assert.deepEqual(message.alert, { actionId: '0:51154', referenceTime: NOW - 10, expires: NOW + 5 });
      assert.deepEqual(message.datagram, { from: 'kept' });
      const { messageId, value } = message.j2735 as {
        messageId: number;
        value: { RoadSideAlert: { msgCnt: number } };
      };
      assert.deepEqual([messageId, value.RoadSideAlert.msgCnt], [27, 3]);
    }
  });

  it('says on its second output why others do not decode, and goes on', async () => {
    const { node, alerts, refused } = await start();
    for (const [hex, code] of [
      [FIRE.slice(0, -2), 'malformed'],
      ['00140100', 'unsupported'],
      ['00'.repeat(3000), 'too-large'],
      ['', 'malformed'],
    ]) {
      node.node.receive({ payload: Buffer.from(hex, 'hex') });
      const { payload } = (await refused.next()) as unknown as { payload: { code: string; reason: string } };
      assert.equal(payload.code, code, hex.slice(0, 20));
      assert.ok(payload.reason.length > 10);
    }
    node.node.receive({ payload: FIRE });
    await alerts.next();
    assert.equal(refused.received.length, 4);
  });

  it('is an error for what is no octets at all', async () => {
    const { node } = await start();
    node.node.receive({ payload: { hello: 1 } });
    assert.match(await node.error(), /neither a Buffer nor a text of octets in hex/);
  });

  it('understands codes of the settings', async () => {
    const { node, alerts } = await start({ codes: 'fire: 541\nlandslide: 540 / 1407' });
    node.node.receive({ payload: FIRE });
    const { payload } = (await alerts.next()) as unknown as { payload: { event: { type: string } } };
    assert.equal(payload.event.type, 'landslide');
  });

  it('says which setting is wrong', async () => {
    const { node } = await start({ hold: '0' });
    assert.match(await node.error(), /"hold" is "0"/);
  });
});
