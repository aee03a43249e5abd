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
    assert.deepEqual(message.payload, alert());
  });

  it('tells of an alert when it becomes relevant to the position', async () => {
    const { receive, changes, others } = await start();
    receive(alert(), { position: { lat: 37.6, lon: 126.978 } });
    assert.equal(changeOf(await others.next()), 'irrelevant');
    receive(alert(), { position: { lat: 37.569, lon: 126.978, heading: 180 } });
    assert.equal(changeOf(await changes.next()), 'new');
  });

  it('keeps to a fixed place', async () => {
    const { receive, others } = await start({ lat: '37.6', lon: '127' });
    receive(alert());
    assert.equal(changeOf(await others.next()), 'irrelevant');
  });

  it('refuses what is no alert, no place, or half a setting', async () => {
    const { receive } = await start();
    receive({ hello: 1 });
    assert.match(await probe('tracker').error(), /Not an alert: .* must have required property 'iss'/);
    await stopFlow();
    const second = await start();
    second.receive(alert(), { position: 'here' });
    assert.match(await probe('tracker').error(), /msg.position is no place/);
    await stopFlow();
    await start({ lat: '37' });
    assert.match(await probe('tracker').error(), /The fixed position is no place/);
  });
});
