import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { jwtVerify } from 'jose';
import hmacSign from '../../nodes/hmac-sign/hmac-sign';
import v2xKey from '../../nodes/v2x-key/v2x-key';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

const SECRET = 'a secret of the unit that is long enough';
const flow = [
  { id: 'key', type: 'v2x-key', keyId: 'rsu', algorithm: 'HS256' },
  { id: 'sign', type: 'hmac-sign', key: 'key', wires: [['next']] },
  { id: 'next', type: 'helper' },
];
const options = { credentials: { key: { secret: SECRET } } };

describe('hmac-sign', () => {
  afterEach(stopFlow);

  it('signs the payload and passes the rest of the message on', async () => {
    await startFlow([v2xKey, hmacSign], flow, options);
    const next = outlet('next');
    probe('sign').node.receive({ payload: { hello: 1 }, alert: { version: 'new' } });
    const message = await next.next();
    const { payload, protectedHeader } = await jwtVerify(String(message.payload), Buffer.from(SECRET));
    assert.deepEqual(payload, { hello: 1 });
    assert.deepEqual(protectedHeader, { alg: 'HS256', kid: 'rsu', typ: 'JWT' });
    assert.deepEqual(message.alert, { version: 'new' });
  });

  it('refuses what would not fit a datagram, and goes on', async () => {
    await startFlow([v2xKey, hmacSign], flow, options);
    const [next, sign] = [outlet('next'), probe('sign')];
    sign.node.receive({ payload: { road: 'x'.repeat(2000) } });
    assert.match(await sign.error(), /would have \d+ bytes, but at most 1200 fit/);
    sign.node.receive({ payload: { road: 'x' } });
    assert.equal(typeof (await next.next()).payload, 'string');
    assert.equal(next.received.length, 1);
  });

  it('says of each alert that it was not signed while the key has no secret', async () => {
    await startFlow([v2xKey, hmacSign], flow);
    const [next, sign] = [outlet('next'), probe('sign')];
    for (const sub of ['1001:8', '1001:9']) {
      sign.node.receive({ payload: { sub } });
      assert.match(await sign.error(), new RegExp(`^Alert ${sub} was not signed and not sent: .*no secret`));
    }
    sign.node.receive({ payload: { sub: '1001:9' }, alert: { version: 'again' } });
    sign.node.receive({ payload: 'text' });
    assert.match(await sign.error(), /^A message was not signed/);
    assert.equal(next.received.length, 0);
  });

  it('says that a key must be chosen', async () => {
    await startFlow([v2xKey, hmacSign], [{ id: 'sign', type: 'hmac-sign', key: '' }]);
    assert.match(await probe('sign').error(), /choose a v2x-key/);
  });
});
