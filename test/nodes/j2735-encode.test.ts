import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import j2735Encode from '../../nodes/j2735-encode/j2735-encode';
import type { Alert } from '../../nodes/lib/alert/alert';
import { decodeMessage } from '../../nodes/lib/j2735/frame';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

const NOW = 1_795_000_000;
const alert: Alert = {
  ...{ iss: '1001', sub: '1001:10', iat: NOW, exp: NOW + 600, detected: NOW, status: 'active' },
  event: {
    ...{ id: 'e', type: 'rollover', severity: 'high', lat: 37.3901, lon: 126.6413, distance_m: 500 },
    ...{ causeCode: 2, subCauseCode: 2, informationQuality: 0 },
  },
};
const cancel: Alert = { ...alert, iat: NOW + 1, status: 'cancelled' };

describe('j2735-encode', () => {
  let clock: FakeClock;
  let directory: string;
  const dataRoot = process.env.V2X_DATA;

  beforeEach(async () => {
    clock = new FakeClock(NOW);
    directory = await mkdtemp(join(tmpdir(), 'v2x-j2735-'));
    process.env.V2X_DATA = directory;
  });
  afterEach(async () => {
    await stopFlow();
    await rm(directory, { recursive: true });
    if (dataRoot === undefined) delete process.env.V2X_DATA;
    else process.env.V2X_DATA = dataRoot;
  });

  const start = async (settings: object = {}) => {
    const flow = [
      { id: 'encode', type: 'j2735-encode', ...settings, wires: [['next']] },
      { id: 'next', type: 'helper' },
    ];
    await startFlow([j2735Encode], flow, { environment: { clock } });
    return { node: probe('encode'), next: outlet('next') };
  };

  it('gives the Korean RSA of an alert, with what the radio needs beside it', async () => {
    const { node, next } = await start();
    node.node.receive({ payload: alert, alert: { actionId: '1001:10', version: 'update' }, topic: 'kept' });
    const message = (await next.next()) as Record<string, unknown> & { payload: Buffer };
    const { value, ...about } = message.j2735 as Record<string, unknown>;
    assert.deepEqual(about, { messageId: 27, psid: 82_053, priority: 7, msgCnt: 0 });
    assert.deepEqual(decodeMessage(message.payload), { messageId: 27, value });
    const { RoadSideAlert } = value as { RoadSideAlert: { typeEvent: number; description: number[] } };
    assert.deepEqual([RoadSideAlert.typeEvent, RoadSideAlert.description], [513, [554]]);
    assert.deepEqual(message.alert, {
      ...{ actionId: '1001:10', version: 'update', referenceTime: NOW, expires: NOW + 600 },
    });
    assert.equal(message.topic, 'kept');
    await node.status(({ text }) => text === 'j2735-encode.status.encoded');
  });

  it('sends the same octets for a repetition, counts versions, and goes on counting after a restart', async () => {
    const first = await start();
    const octets: string[] = [];
    for (const payload of [alert, alert, { ...alert, iat: NOW + 1 }]) {
      first.node.node.receive({ payload });
      octets.push((await first.next.next()).payload?.toString() ?? '');
    }
    assert.equal(octets[0], octets[1]);
    await stopFlow();
    const second = await start();
    second.node.node.receive({ payload: { ...cancel, iat: NOW + 2 } });
    const { j2735 } = (await second.next.next()) as unknown as { j2735: { msgCnt: number } };
    assert.equal(j2735.msgCnt, 2);
  });

  it('says for a while only that it is over, without its place where the cancel has none', async () => {
    const { node, next } = await start({ clearing: '20' });
    node.node.receive({ payload: alert });
    await next.next();
    const { lat, lon, ...event } = cancel.event;
    assert.ok(lat !== undefined && lon !== undefined);
    node.node.receive({ payload: { ...cancel, event } });
    const message = (await next.next()) as unknown as { payload: Buffer; alert: object };
    assert.deepEqual(message.alert, {
      ...{ actionId: '1001:10', version: 'cancel', referenceTime: NOW + 1, expires: NOW + 20 },
    });
    const decoded = decodeMessage(message.payload);
    assert.ok(decoded.messageId === 27);
    const { typeEvent, position } = decoded.value.RoadSideAlert;
    assert.deepEqual([typeEvent, position?.lat], [638, 373_901_000]);
  });

  it('follows its settings, and national extensions that come with the message', async () => {
    const { node, next } = await start({
      ...{ profile: 'us', message: 'RSA', directions: 'E', priority: '3', psid: '77', regional: '4:0a' },
      codes: 'rollover: 600 / 601',
    });
    node.node.receive({ payload: alert });
    const regional = [{ regionId: 5, regExtValue: '0b0c' }];
    node.node.receive({ payload: alert, j2735: { regional } });
    const [one, two] = [await next.next(), await next.next()] as unknown as {
      j2735: { psid: number; value: object };
    }[];
    assert.equal(one.j2735.psid, 77);
    const { RoadSideAlert: message } = one.j2735.value as { RoadSideAlert: Record<string, unknown> };
    assert.deepEqual(
      [message.typeEvent, message.description, message.priority, message.heading, message.regional],
      [600, undefined, '60', '0001100000000000', [{ regionId: 4, regExtValue: '0a' }]],
    );
    assert.deepEqual(
      (two.j2735.value as { RoadSideAlert: { regional: object } }).RoadSideAlert.regional,
      regional,
    );
  });

  it('refuses what is no alert, over, or has no place for a TIM, and goes on', async () => {
    const { node, next } = await start({ profile: 'us' });
    node.node.receive({ payload: { type: 'fire' } });
    assert.match(await node.error(), /^Not an alert/);
    node.node.receive({ payload: { ...alert, iat: NOW - 700, exp: NOW - 100 } });
    assert.match(await node.error(), /no longer valid/);
    const { lat, lon, ...event } = alert.event;
    assert.ok(lat !== undefined && lon !== undefined);
    node.node.receive({ payload: { ...alert, sub: '1001:11', event } });
    assert.match(await node.error(), /has no lat and lon/);
    node.node.receive({ payload: alert });
    assert.equal(((await next.next()).payload as Buffer).readUInt16BE(), 31);
  });

  for (const [setting, complaint] of [
    [{ directions: 'North' }, /"directions" has "North"/],
    [{ codes: 'fire' }, /"codes" has the line "fire"/],
    [{ regional: '4' }, /"regional" has "4"/],
    [{ regional: '300:00' }, /"regional" has "300:00"/],
    [{ priority: '8' }, /"priority" is "8"/],
  ] as const)
    it(`says which setting is wrong: ${JSON.stringify(setting)}`, async () => {
      const { node } = await start(setting);
      assert.match(await node.error(), complaint);
    });
});
