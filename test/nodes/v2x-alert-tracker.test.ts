import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { NodeMessage } from 'node-red';
import v2xAlertTracker from '../../nodes/v2x-alert-tracker/v2x-alert-tracker';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

const NOW = 1_700_000_000;
const alert = (part: object = {}) => ({
  iss: '1001',
  sub: '1001:7',
  iat: NOW,
  exp: NOW + 100,
  detected: NOW,
  status: 'active',
  event: {
    id: 'e',
    type: 'fire',
    severity: 'high',
    lat: 37.5665,
    lon: 126.978,
    distance_m: 500,
    causeCode: 94,
    subCauseCode: 6,
    informationQuality: 0,
  },
  ...part,
});
const changeOf = ({ alert: about }: NodeMessage) => (about as { change: string }).change;

async function start(settings: object = {}) {
  const clock = new FakeClock(NOW);
  await startFlow(
    [v2xAlertTracker],
    [
      { id: 'tracker', type: 'v2x-alert-tracker', size: '1024', ...settings, wires: [['change'], ['other']] },
      { id: 'change', type: 'helper' },
      { id: 'other', type: 'helper' },
    ],
    { environment: { clock } },
  );
  const receive = (payload: object, more: object = {}) => {
    probe('tracker').node.receive({ payload, ...more });
  };
  return { clock, receive, changes: outlet('change'), others: outlet('other') };
}

describe('v2x-alert-tracker', () => {
  afterEach(stopFlow);

  it('tells of an alert, its update and its cancel once, and of the rest on its second output', async () => {
    const { receive, changes, others } = await start();
    receive(alert(), { alert: { keyId: 'rsu' } });
    assert.deepEqual((await changes.next()).alert, {
      keyId: 'rsu',
      actionId: '1001:7',
      change: 'new',
      referenceTime: NOW,
      expires: NOW + 100,
    });
    receive(alert());
    assert.equal(changeOf(await others.next()), 'duplicate');
    receive(alert({ iat: NOW + 1 }));
    assert.equal(changeOf(await changes.next()), 'update');
    receive(alert());
    assert.equal(changeOf(await others.next()), 'stale');
    receive(alert({ iat: NOW + 2, status: 'cancelled' }));
    assert.equal(changeOf(await changes.next()), 'cancel');
  });

  it('tells when an alert expires, to the moment', async () => {
    const { clock, receive, changes } = await start();
    receive(alert());
    await changes.next();
    await clock.advance(99.9);
    assert.equal(changes.received.length, 1);
    await clock.advance(0.1);
    const message = await changes.next();
    assert.equal(changeOf(message), 'expired');
    assert.equal((message.alert as { reason: string }).reason, 'validity');
    assert.deepEqual(message.payload, alert());
  });

  it('tells of an alert when it becomes relevant to the position', async () => {
    const { receive, changes, others } = await start();
    receive(alert(), { position: { lat: 37.6, lon: 126.978 } });
    assert.equal(changeOf(await others.next()), 'irrelevant');
    receive(alert(), { position: { lat: 37.569, lon: 126.978, heading: 180 } });
    assert.equal(changeOf(await changes.next()), 'new');
  });

  it('keeps to a fixed place, and to the heading at it', async () => {
    const far = await start({ lat: '37.6', lon: '127' });
    far.receive(alert());
    assert.equal(changeOf(await far.others.next()), 'irrelevant');
    await stopFlow();

    // 278 m north of the incident.
    const place = { lat: '37.569', lon: '126.978' };
    for (const [heading, change] of [
      ['', 'new'],
      ['180', 'new'],
      ['0', 'irrelevant'],
    ]) {
      const near = await start({ ...place, heading });
      near.receive(alert());
      const output = change === 'new' ? near.changes : near.others;
      assert.equal(changeOf(await output.next()), change, `heading ${heading}`);
      await stopFlow();
    }
  });

  it('takes the position of the message rather than the fixed place', async () => {
    const { receive, changes, others } = await start({ lat: '37.569', lon: '126.978' });
    receive(alert(), { position: { lat: 37.6, lon: 126.978 } });
    assert.equal(changeOf(await others.next()), 'irrelevant');
    receive(alert());
    assert.equal(changeOf(await changes.next()), 'new');
  });

  it('tells of the cancel of an alert that was told, wherever the vehicle is by then', async () => {
    const { receive, changes } = await start();
    receive(alert(), { position: { lat: 37.569, lon: 126.978 } });
    await changes.next();
    receive(alert({ iat: NOW + 1, status: 'cancelled' }), { position: { lat: 38, lon: 126.978 } });
    assert.equal(changeOf(await changes.next()), 'cancel');
  });

  it('takes every alert as relevant that names no place, or no distance', async () => {
    const { receive, changes } = await start({ lat: '10', lon: '10' });
    const { lat, lon, distance_m: distance, ...event } = alert().event;
    receive(alert({ event: { ...event, distance_m: distance } }));
    assert.equal(changeOf(await changes.next()), 'new');
    receive(alert({ sub: '1001:8', event: { ...event, lat, lon } }));
    assert.equal(changeOf(await changes.next()), 'new');
  });

  it('has room for so many alerts only', async () => {
    const { receive, changes, others } = await start({ size: '1' });
    receive(alert());
    await changes.next();
    receive(alert({ sub: '1001:8' }));
    assert.equal(changeOf(await others.next()), 'full');
  });

  it('tells of the end of an alert that makes room for another', async () => {
    const { receive, changes } = await start({ size: '2' });
    receive(alert());
    receive(alert({ sub: '1001:8' }));
    receive(alert({ iss: '1002', sub: '1002:1' }));
    const told = [await changes.next(), await changes.next(), await changes.next(), await changes.next()];
    assert.deepEqual(
      told.map(({ alert: about }) => {
        const { actionId, change, reason } = about as Record<string, unknown>;
        return [actionId, change, reason];
      }),
      [
        ['1001:7', 'new', undefined],
        ['1001:8', 'new', undefined],
        ['1001:7', 'expired', 'full'],
        ['1002:1', 'new', undefined],
      ],
    );
  });

  it('refuses what is no alert, no place, or half a setting', async () => {
    const { receive } = await start();
    receive({ hello: 1 });
    assert.match(await probe('tracker').error(), /Not an alert: .* must have required property 'iss'/);
    await stopFlow();
    const second = await start();
    second.receive(alert(), { position: 'here' });
    assert.match(await probe('tracker').error(), /msg.position is not a position/);
    await stopFlow();
    await start({ lat: '37' });
    assert.match(await probe('tracker').error(), /The fixed position is not a position/);
  });
});
