import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { CompactSign } from 'jose';
import type { Alert } from '../../../../nodes/lib/alert/alert';
import { KeyRing } from '../../../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../../../nodes/lib/alert/trust/sign';
import { verifyAlert, type RefusalCode } from '../../../../nodes/lib/alert/trust/verify';

const NOW = 1_700_000_000;
const SECRET = 'a secret of the unit that is long enough';
const OTHER = 'another secret that is also long enough.';
const pair = generateKeyPairSync('ed25519');
const PRIVATE_PEM = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const PUBLIC_PEM = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();

const alert: Alert = {
  iss: '1001',
  sub: '1001:7',
  iat: NOW + 0.125,
  exp: NOW + 600,
  detected: NOW,
  status: 'active',
  event: {
    id: 'e1',
    type: 'fire',
    severity: 'high',
    road: '국도 1호선',
    causeCode: 94,
    subCauseCode: 6,
    informationQuality: 0,
  },
};

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signs any header and payload with an HMAC, as an attacker or a careless peer may. */
const forge = (header: object, payload: unknown, secret = SECRET) =>
  new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'HS256', kid: 'rsu', typ: 'JWT', ...header })
    .sign(Buffer.from(secret));

describe('verifyAlert', () => {
  let ring: KeyRing;
  let token: string;

  before(async () => {
    ring = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret: SECRET }, [
      { keyId: 'ed', algorithm: 'EdDSA', secret: PUBLIC_PEM },
      { keyId: 'old', algorithm: 'HS256', secret: OTHER, notAfter: NOW - 1 },
      { keyId: 'coming', algorithm: 'HS256', secret: OTHER, notBefore: NOW + 2 },
    ]);
    token = sign(alert, ring, NOW);
  });

  const verify = (datagram: string | Uint8Array, now = NOW + 1) =>
    verifyAlert(datagram, ring, { now, skew: 5 });
  const codeOf = async (datagram: string | Uint8Array, now?: number): Promise<RefusalCode | undefined> => {
    const verdict = await verify(datagram, now);
    return verdict.trusted ? undefined : verdict.code;
  };

  it('trusts what it signed, from text and from bytes', async () => {
    const expected = { trusted: true, alert, keyId: 'rsu' };
    assert.deepEqual(await verify(token), expected);
    assert.deepEqual(await verify(Buffer.from(token)), expected);
  });

  it('trusts Ed25519 with only the public key at hand', async () => {
    const unit = await KeyRing.create({ keyId: 'ed', algorithm: 'EdDSA', secret: PRIVATE_PEM });
    assert.deepEqual(await verify(sign(alert, unit, NOW)), { trusted: true, alert, keyId: 'ed' });
  });

  const parts = () => token.split('.') as [string, string, string];
  const tampering: [string, RefusalCode, () => string | Promise<string>][] = [
    ['alg none', 'algorithm', () => `${base64url({ alg: 'none', kid: 'rsu', typ: 'JWT' })}.${parts()[1]}.`],
    [
      'the public key as HMAC secret (key confusion)',
      'algorithm',
      () => forge({ kid: 'ed' }, alert, PUBLIC_PEM),
    ],
    ['another hash', 'algorithm', () => forge({ alg: 'HS512' }, alert, SECRET.repeat(2))],
    ['a key id that is not ours', 'unknown-key', () => forge({ kid: 'other' }, alert)],
    ['a key id from the prototype', 'unknown-key', () => forge({ kid: '__proto__' }, alert)],
    ['no key id', 'unknown-key', () => forge({ kid: undefined }, alert)],
    ['another key under our key id', 'signature', () => forge({}, alert, OTHER)],
    [
      'a changed body',
      'signature',
      () => [parts()[0], base64url({ ...alert, status: 'cancelled' }), parts()[2]].join('.'),
    ],
    ['a token cut short', 'signature', () => token.slice(0, -4)],
    ['a token without its signature', 'malformed', () => parts().slice(0, 2).join('.')],
    ['an empty signature', 'signature', () => `${parts()[0]}.${parts()[1]}.`],
    [
      'a critical extension',
      'malformed',
      () => `${base64url({ alg: 'HS256', kid: 'rsu', crit: ['x'], x: 1 })}.e30.AA`,
    ],
    ['another typ', 'malformed', () => forge({ typ: 'at+jwt' }, alert)],
    ['text that is no token', 'malformed', () => 'hello'],
    ['nothing', 'malformed', () => ''],
    ['more than fits a datagram', 'too-large', () => `${token}${'A'.repeat(1200)}`],
    ['a key that is past its not-after', 'key-period', () => forge({ kid: 'old' }, alert, OTHER)],
    ['a key that is before its not-before', 'key-period', () => forge({ kid: 'coming' }, alert, OTHER)],
    ['claims that are no object', 'claims', () => forge({}, [1])],
    ['a missing claim', 'claims', () => forge({}, { ...alert, sub: undefined })],
    ['an action id of another station', 'claims', () => forge({}, { ...alert, sub: '2:7' })],
    ['a validity of more than a day', 'claims', () => forge({}, { ...alert, exp: NOW + 90_000 })],
    ['an end before its beginning', 'claims', () => forge({}, { ...alert, exp: NOW - 1 })],
    ['an issue too far in the future', 'future', () => forge({}, { ...alert, iat: NOW + 6.5 })],
  ];
  for (const [name, code, make] of tampering) {
    it(`refuses ${name}`, async () => {
      assert.equal(await codeOf(await make()), code);
    });
  }

  it('refuses a replay after expiry, and takes a clock that runs a little ahead', async () => {
    assert.equal(await codeOf(token, alert.exp - 0.001), undefined);
    assert.equal(await codeOf(token, alert.exp), 'expired');
    assert.equal(await codeOf(token, alert.iat - 5), undefined);
    assert.equal(await codeOf(token, alert.iat - 5.01), 'future');
  });

  it('looks at the claims only after the signature', async () => {
    assert.equal(await codeOf(await forge({}, { not: 'an alert' }, OTHER)), 'signature');
  });

  it('never tells what was in the datagram', async () => {
    const verdict = await verify(await forge({ kid: 'secret-kid' }, alert));
    assert.ok(!verdict.trusted && !verdict.reason.includes('secret-kid'));
  });

  it('refuses a signature in another spelling, so that a token has one form only', async () => {
    for (const keyId of ['rsu', 'ed']) {
      const unit =
        keyId === 'rsu' ? ring : await KeyRing.create({ keyId, algorithm: 'EdDSA', secret: PRIVATE_PEM });
      const good = sign(alert, unit, NOW);
      const last = BASE64URL.indexOf(good.at(-1) ?? '');
      const other = `${good.slice(0, -1)}${BASE64URL[last + 1]}`;
      assert.deepEqual(
        Buffer.from(other.split('.')[2], 'base64url'),
        Buffer.from(good.split('.')[2], 'base64url'),
      );
      for (const spelling of [other, `${good}=`, `${good} `, `${good}\n`, `\ufeff${good}`]) {
        assert.equal((await verify(spelling)).trusted, false);
        assert.equal((await verify(Buffer.from(spelling))).trusted, false);
      }
      assert.equal((await verify(good)).trusted, true);
    }
  });

  it('refuses every token that differs in one byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (place, flip) => {
        const bytes = Buffer.from(token);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        assert.equal((await verify(bytes)).trusted, false);
      }),
      { numRuns: 300 },
    );
  });

  it('answers anything with a verdict', async () => {
    const compact = fc.tuple(fc.json(), fc.json(), fc.uint8Array()).map(([header, payload, signature]) => {
      return `${base64url(header)}.${base64url(payload)}.${Buffer.from(signature).toString('base64url')}`;
    });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 1300 }), fc.string(), compact),
        async (datagram) => {
          assert.equal((await verify(datagram)).trusted, false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
