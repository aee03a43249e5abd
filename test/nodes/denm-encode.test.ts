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

describe('denm-encode', () => {
  afterEach(stopFlow);

  it('makes the DENM of an alert, with its JSON beside, and passes the rest of the message on', async () => {
    await start({ framing: 'plain' });
    const sent = outlet('sent');
    probe('encode').node.receive({ payload: alert, alert: { actionId: alert.sub, version: 'new' } });
    const { payload, denm, alert: about } = (await sent.next()) as Record<string, unknown>;
    assert.equal((payload as Buffer).toString('hex'), SAMPLES.fire);
    assert.equal((denm as { header: { stationID: number } }).header.stationID, 900_101);
    assert.deepEqual(about, { actionId: alert.sub, version: 'new' });
  });

  it('numbers GeoNetworking packets, also those of one moment', async () => {
    await start({ framing: 'geonetworking', lat: '48.137', lon: '11.575' });
    const read = outlet('read');
    const encode = probe('encode').node;
    encode.receive({ payload: alert });
    encode.receive({ payload: alert });
    const frames = [await read.next(), await read.next()].map(
      ({ frame }) => (frame as { geonetworking: { sequence: number; source: object } }).geonetworking,
    );
    assert.equal(frames[1]?.sequence, ((frames[0]?.sequence ?? 0) + 1) % 65_536);
    assert.deepEqual(frames[0]?.source, {
      address: '0200000dbc05',
      stationType: 15,
      // NOW in milliseconds since 2004 with five leap seconds, of which 32 bits are sent.
      time: (NOW * 1000 - 1_072_915_200_000 + 5000) % 2 ** 32,
      latitude: 481_370_000,
      longitude: 115_750_000,
      accurate: true,
    });
  });

  it('encodes the JSON of a DENM as it is', async () => {
    await start({ framing: 'btp' });
    const [sent, read] = [outlet('sent'), outlet('read')];
    probe('encode').node.receive({ payload: alert });
    await sent.next();
    const { denm } = (await read.next()) as { denm?: unknown };
    probe('encode').node.receive({ payload: denm });
    const { payload } = await sent.next();
    assert.equal((payload as Buffer).toString('hex'), `07d20000${SAMPLES.fire}`);
  });

  it('says what is wrong with an alert, and which one is lost where its settings are wrong', async () => {
    await start({ framing: 'plain' });
    const encode = probe('encode');
    encode.node.receive({ payload: { type: 'fire' } });
    assert.match(await encode.error(), /^Not an alert/);
    encode.node.receive({ payload: { ...alert, event: { ...alert.event, lat: undefined } } });
    assert.match(await encode.error(), /900101:11 has no place/);
    encode.node.receive({ payload: { header: {}, denm: {} } });
    assert.match(await encode.error(), /DENM\.header\.protocolVersion is missing/);
    await stopFlow();

    await start({ framing: 'plain', lat: '48' });
    const halfSet = probe('encode');
    assert.match(await halfSet.error(), /Latitude and longitude of the unit come together/);
    halfSet.node.receive({ payload: alert });
    assert.match(await halfSet.error(), /^Alert 900101:11 was not encoded and not sent/);
  });
});
