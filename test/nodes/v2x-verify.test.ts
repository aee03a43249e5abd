import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Node } from 'node-red';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../nodes/lib/alert/trust/sign';
import v2xKey from '../../nodes/v2x-key/v2x-key';
import v2xVerify from '../../nodes/v2x-verify/v2x-verify';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

const NOW = 1_700_000_000;
const SECRET = 'a secret of the unit that is long enough';
const alert = {
  iss: '1001',
  sub: '1001:7',
  iat: NOW - 1,
  exp: NOW + 600,
  detected: NOW - 2,
  status: 'active',
  event: { id: 'e', type: 'fire', severity: 'high', causeCode: 94, subCauseCode: 6, informationQuality: 0 },
};
const flow = [
  { id: 'key', type: 'v2x-key', keyId: 'rsu', algorithm: 'HS256' },
  { id: 'verify', type: 'v2x-verify', key: 'key', skew: '5', wires: [['trusted'], ['refused']] },
  { id: 'trusted', type: 'helper' },
  { id: 'refused', type: 'helper' },
];

describe('v2x-verify', () => {
  let clock: FakeClock;
  let token: string;

  beforeEach(async () => {
    clock = new FakeClock(NOW);
    const ring = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret: SECRET });
    token = sign(alert, ring, NOW);
    await startFlow([v2xKey, v2xVerify], flow, {
      credentials: { key: { secret: SECRET } },
      environment: { clock },
    });
  });
  afterEach(stopFlow);

  it('lets a trusted alert through, with its key and times, from a Buffer and from text', async () => {
    const trusted = outlet('trusted');
    for (const payload of [Buffer.from(token), token]) {
      probe('verify').node.receive({ payload, datagram: { bytes: token.length } });
      const message = await trusted.next();
      assert.deepEqual(message.payload, alert);
      assert.deepEqual(message.alert, {
        actionId: '1001:7',
        keyId: 'rsu',
        referenceTime: NOW - 1,
        expires: NOW + 600,
      });
      assert.deepEqual(message.datagram, { bytes: token.length });
    }
  });

  it('tells on its second output why a datagram was refused', async () => {
    const refused = outlet('refused');
    probe('verify').node.receive({ payload: token.slice(0, -3), datagram: { bytes: 9 } });
    const message = await refused.next();
    assert.deepEqual(message.payload, { code: 'signature', reason: 'its signature does not match its key' });
    assert.deepEqual(message.datagram, { bytes: 9 });
    assert.equal(outlet('trusted').received.length, 0);
  });

  it('logs one line per reason and minute, and never the token', async () => {
    const [refused, verify] = [outlet('refused'), probe('verify')];
    const warnings = () =>
      (verify.node as Node & { warn: { args: [string][] } }).warn.args.map(([text]) => text);
    const refuse = async (payload: string) => {
      verify.node.receive({ payload });
      await refused.next();
    };
    for (let count = 0; count < 20; count += 1) await refuse(token.slice(0, -3));
    await refuse('hello');
    assert.deepEqual(warnings(), [
      '1 refused (signature): its signature does not match its key',
      '1 refused (malformed): it is not a JWS in compact form (RFC 7515)',
    ]);
    await clock.advance(60);
    await refuse(token.slice(0, -3));
    assert.equal(warnings().at(-1), '20 refused (signature): its signature does not match its key');
  });

  it('refuses a payload that is no datagram with an error', async () => {
    const verify = probe('verify');
    verify.node.receive({ payload: { an: 'object' } });
    assert.match(await verify.error(), /neither text nor a Buffer/);
  });
});
