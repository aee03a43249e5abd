import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import denmDecode from '../../nodes/denm-decode/denm-decode';
import denmEncode from '../../nodes/denm-encode/denm-encode';
import type { Alert } from '../../nodes/lib/alert/alert';
import { causeOf } from '../../nodes/lib/alert/cause';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';
import { SAMPLES } from '../unit/denm/vectors';

const NOW = 1_773_480_420;

const alert: Alert = {
  iss: '900101',
  sub: '900101:11',
  iat: NOW - 6.411,
  exp: NOW + 54,
  detected: NOW - 6.411,
  status: 'active',
  event: {
    id: 'evt-1',
    type: 'fire',
    severity: 'high',
    lat: 48.1371079,
    lon: 11.5753822,
    distance_m: 500,
    informationQuality: 3,
    ...causeOf('fire'),
  },
};

const start = async (settings: object, decoder: object = {}) => {
  const flow = [
    {
      id: 'encode',
      type: 'denm-encode',
      direction: 'upstreamTraffic',
      ...settings,
      wires: [['decode', 'sent']],
    },
    { id: 'decode', type: 'denm-decode', ...decoder, wires: [['read'], ['unread']] },
    ...['sent', 'read', 'unread'].map((id) => ({ id, type: 'helper' })),
  ];
  await startFlow([denmEncode, denmDecode], flow, { environment: { clock: new FakeClock(NOW) } });
};

describe('denm-decode', () => {
  afterEach(stopFlow);

  it('gives the alert of a DENM, its JSON and its frame', async () => {
    await start({});
    const read = outlet('read');
    probe('decode').node.receive({
      payload: Buffer.from(`07d20000${SAMPLES.fire}`, 'hex'),
      datagram: { from: 'x' },
    });
    const { payload, alert: about, frame, datagram } = (await read.next()) as Record<string, unknown>;
    const { event, ...claims } = alert;
    assert.deepEqual(payload, {
      ...claims,
      event: { ...event, id: '900101:11', severity: 'unknown', confidence: 0.333 },
    });
    assert.deepEqual(about, { actionId: '900101:11', referenceTime: alert.iat, expires: alert.exp });
    assert.deepEqual(frame, { framing: 'btp' });
    assert.deepEqual(datagram, { from: 'x' });
  });

  it('says on its second output why a datagram was not read', async () => {
    await start({});
    const unread = outlet('unread');
    const decode = probe('decode');
    decode.node.receive({ payload: Buffer.from('eyJhbGciOi') });
    const { payload, ...rest } = (await unread.next()) as { payload?: unknown; denm?: unknown };
    assert.deepEqual(payload, { reason: 'It is no DENM: its messageID is 121', code: 'other-message' });
    assert.equal(rest.denm, undefined);
    assert.equal(outlet('read').received.length, 0);
  });

  it('gives the JSON also of a DENM that is no alert, since it is over', async () => {
    await start({});
    const unread = outlet('unread');
    const ended = Buffer.from(
      '0201000003e90f000001f4800714639e1ca3a518e78728f292b0663b9180aaf7ffffff08eddd0fb400001e',
      'hex',
    );
    probe('decode').node.receive({ payload: ended });
    const { payload, denm } = (await unread.next()) as Record<string, unknown>;
    assert.equal((payload as { code: string }).code, 'expired');
    assert.equal((denm as { header: { stationID: number } }).header.stationID, 1001);
  });

  it('refuses what is no Buffer with an error', async () => {
    await start({});
    const decode = probe('decode');
    decode.node.receive({ payload: 'text' });
    assert.match(await decode.error(), /not a Buffer/);
  });
});
