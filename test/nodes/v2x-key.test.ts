import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import hmacSign from '../../nodes/hmac-sign/hmac-sign';
import v2xKey from '../../nodes/v2x-key/v2x-key';
import v2xVerify from '../../nodes/v2x-verify/v2x-verify';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

const NOW = 1_700_000_000;
const SECRET = 'a secret of the unit that is long enough';
const OLD_SECRET = 'the secret before, which is also long enough';

const claims = {
  iss: '1',
  sub: '1:2',
  iat: NOW,
  exp: NOW + 60,
  detected: NOW,
  status: 'active',
  event: {
    id: 'e',
    type: 'fire',
    severity: 'high',
    causeCode: 94,
    subCauseCode: 6,
    informationQuality: 0,
  },
};

const flow = (signer: object, receiver: object) => [
  { id: 'signer', type: 'v2x-key', keyId: 'rsu', algorithm: 'HS256', ...signer },
  { id: 'receiver', type: 'v2x-key', keyId: 'rsu', algorithm: 'HS256', ...receiver },
  { id: 'sign', type: 'hmac-sign', key: 'signer', wires: [['verify']] },
  { id: 'verify', type: 'v2x-verify', key: 'receiver', wires: [['trusted'], ['refused']] },
  { id: 'trusted', type: 'helper' },
  { id: 'refused', type: 'helper' },
];
const modules = [v2xKey, hmacSign, v2xVerify];

describe('v2x-key', () => {
  afterEach(async () => {
    await stopFlow();
    delete process.env.V2X_TEST_KEY;
  });

  it('takes its secret from the credential, or else from the named environment variable', async () => {
    process.env.V2X_TEST_KEY = SECRET;
    await startFlow(modules, flow({ secretEnv: 'V2X_TEST_KEY' }, {}), {
      credentials: { receiver: { secret: SECRET } },
      environment: { clock: new FakeClock(NOW) },
    });
    const trusted = outlet('trusted');
    probe('sign').node.receive({ payload: claims });
    assert.deepEqual((await trusted.next()).payload, claims);
  });

  it('accepts a previous key until its time is over', async () => {
    const clock = new FakeClock(NOW);
    const previous = {
      kty: 'oct',
      kid: 'rsu-old',
      k: Buffer.from(OLD_SECRET).toString('base64url'),
      exp: '2023-11-14T22:13:50Z',
    };
    await startFlow(modules, flow({ keyId: 'rsu-old' }, {}), {
      credentials: {
        signer: { secret: OLD_SECRET },
        receiver: { secret: SECRET, accepted: JSON.stringify({ keys: [previous] }) },
      },
      environment: { clock },
    });
    const [trusted, refused] = [outlet('trusted'), outlet('refused')];
    probe('sign').node.receive({ payload: claims });
    assert.deepEqual((await trusted.next()).payload, claims);
    await clock.advance(30);
    probe('sign').node.receive({ payload: claims });
    assert.equal(((await refused.next()).payload as { code: string }).code, 'key-period');
  });

  it('needs only the public half of an Ed25519 key to verify', async () => {
    const pair = generateKeyPairSync('ed25519');
    await startFlow(modules, flow({ algorithm: 'EdDSA' }, { algorithm: 'EdDSA' }), {
      credentials: {
        signer: { secret: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() },
        receiver: { secret: JSON.stringify(pair.publicKey.export({ format: 'jwk' })) },
      },
      environment: { clock: new FakeClock(NOW) },
    });
    const trusted = outlet('trusted');
    probe('sign').node.receive({ payload: claims });
    assert.deepEqual((await trusted.next()).payload, claims);
  });

  it('says once that it has no secret and how to mend it; who uses it turns red, the rest goes on', async () => {
    await startFlow(modules, flow({ secretEnv: 'V2X_TEST_KEY' }, {}), {
      credentials: { receiver: { secret: SECRET } },
    });
    assert.match(
      await probe('signer').error(),
      /The key "rsu" has no secret: set the environment variable V2X_TEST_KEY.*openssl rand/,
    );
    await probe('sign').status(({ fill }) => fill === 'red');
    assert.deepEqual(probe('sign').errors, []);
    assert.deepEqual(probe('verify').errors, []);
  });

  for (const [name, settings, secret, message] of [
    ['a secret that is too short', {}, 'short', /"rsu" has a secret of 5 bytes/],
    [
      'an unknown algorithm',
      { algorithm: 'none' },
      SECRET,
      /"algorithm" is "none"; it must be "HS256" or "EdDSA"/,
    ],
    ['a moment that is none', { notAfter: 'tomorrow' }, SECRET, /"not after" is not a time/],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await startFlow(modules, flow(settings, {}), {
        credentials: { signer: { secret }, receiver: { secret: SECRET } },
      });
      const error = await probe('signer').error();
      assert.match(error, message);
      assert.ok(!error.includes(secret));
    });
  }

  it('refuses accepted keys that are no JWK Set, without showing them', async () => {
    await startFlow(modules, flow({}, {}), {
      credentials: { signer: { secret: SECRET, accepted: SECRET }, receiver: { secret: SECRET } },
    });
    const error = await probe('signer').error();
    assert.match(error, /are not JSON; they must be a JWK Set/);
    assert.ok(!error.includes(SECRET.slice(0, 8)));
  });
});
