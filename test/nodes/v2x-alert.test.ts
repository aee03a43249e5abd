import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alert } from '../../nodes/lib/alert/alert';
import v2xAlert from '../../nodes/v2x-alert/v2x-alert';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';

const NOW = 1_700_000_000;
const flow = (settings: object = {}) => [
  { id: 'alert', type: 'v2x-alert', station: '1001', validity: '600', ...settings, wires: [['next']] },
  { id: 'next', type: 'helper' },
];

describe('v2x-alert', () => {
  let clock: FakeClock;
  let data: string;

  beforeEach(async (t) => {
    clock = new FakeClock(NOW);
    data = await temporaryDirectory(t as unknown as Parameters<typeof temporaryDirectory>[0]);
    process.env.V2X_DATA = data;
  });
  afterEach(async () => {
    await stopFlow();
    delete process.env.V2X_DATA;
  });

  const start = (settings?: object) => startFlow([v2xAlert], flow(settings), { environment: { clock } });

  it('makes an alert of an event and passes what surrounds it on', async () => {
    await start();
    const next = outlet('next');
    const surrounding = { id: 'e1', file: '/events/e1.json', taken: NOW };
    probe('alert').node.receive({
      payload: { id: 'e1', type: 'fire', ts: NOW - 1, lat: 37.5, lon: 127 },
      event: surrounding,
    });
    const message = await next.next();
    assert.deepEqual(message.payload, {
      iss: '1001',
      sub: '1001:0',
      iat: NOW,
      exp: NOW + 599,
      detected: NOW - 1,
      status: 'active',
      event: {
        id: 'e1',
        type: 'fire',
        severity: 'high',
        lat: 37.5,
        lon: 127,
        distance_m: 500,
        causeCode: 94,
        subCauseCode: 6,
        informationQuality: 0,
      },
    });
    assert.deepEqual(message.alert, {
      actionId: '1001:0',
      version: 'new',
      referenceTime: NOW,
      expires: NOW + 599,
    });
    assert.deepEqual(message.event, surrounding);
  });

  it('keeps the action id through update and cancel, over a redeploy', async () => {
    await start();
    probe('alert').node.receive({ payload: { id: 'e1', type: 'fire' } });
    await outlet('next').next();
    await stopFlow();
    await start();
    const next = outlet('next');
    for (const action of ['update', 'cancel']) {
      await clock.advance(1);
      probe('alert').node.receive({ payload: { id: 'e1', type: 'fire', action } });
      const message = await next.next();
      assert.equal((message.payload as Alert).sub, '1001:0');
      assert.equal((message.alert as { version: string }).version, action);
    }
    assert.equal((next.received.at(-1)?.payload as Alert).status, 'cancelled');
  });

  it('gives events without an id, as from an inject node, an action id each', async () => {
    await start({ station: '${V2X_STATION_NOT_SET}' });
    const next = outlet('next');
    for (const sub of ['1001:0', '1001:1']) {
      probe('alert').node.receive({ payload: { type: 'collision' } });
      assert.equal(((await next.next()).payload as Alert).sub, sub);
    }
  });

  it('shares the numbers of a station with another node', async () => {
    const second = { id: 'second', type: 'v2x-alert', station: '1001', validity: '600', wires: [['next']] };
    await startFlow([v2xAlert], [...flow(), second], { environment: { clock } });
    const next = outlet('next');
    probe('alert').node.receive({ payload: { type: 'fire' } });
    await next.next();
    probe('second').node.receive({ payload: { type: 'fire' } });
    assert.equal(((await next.next()).payload as Alert).sub, '1001:1');
  });

  it('does not warn of a stale event, and says so', async () => {
    await start();
    const alert = probe('alert');
    alert.node.receive({ payload: { type: 'fire' }, event: { stale: true } });
    await alert.status(({ text }) => text?.includes('stale') ?? false);
    assert.equal(outlet('next').received.length, 0);
  });

  it('sends a cancel however long it waited, as long as its alert stands', async () => {
    await start();
    const alert = probe('alert');
    const next = outlet('next');
    alert.node.receive({ payload: { id: 'x', type: 'fire' } });
    await next.next();
    alert.node.receive({ payload: { id: 'x', type: 'fire', action: 'cancel' }, event: { stale: true } });
    assert.equal(((await next.next()).payload as Alert).status, 'cancelled');
  });

  it('refuses a cancel for what was never sent, and what is no event', async () => {
    await start();
    const alert = probe('alert');
    alert.node.receive({ payload: { id: 'x', type: 'fire', action: 'cancel' } });
    assert.match(await alert.error(), /Cannot cancel the alert of event "x": it was never sent/);
    alert.node.receive({ payload: 'fire' });
    assert.match(await alert.error(), /the event must be an object/);
  });

  for (const station of ['-1', '4294967296', '1.5', '../../etc']) {
    it(`refuses the station id ${station}`, async () => {
      await start({ station });
      assert.match(await probe('alert').error(), /The setting "station" is/);
    });
  }

  it('names the directory it cannot use, and mends itself', async () => {
    await writeFile(join(data, 'state'), '');
    await start();
    const alert = probe('alert');
    assert.match(await alert.error(), /alert state directory .*state.alert cannot be used/);
    await rm(join(data, 'state'));
    await clock.advance(30);
    await alert.status(({ fill }) => fill === 'green');
    const next = outlet('next');
    alert.node.receive({ payload: { type: 'fire' } });
    assert.equal(((await next.next()).payload as Alert).sub, '1001:0');
  });
});
