import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { importKey, type KeyMaterial } from '../../../../nodes/lib/alert/trust/key';
import { KeyRing } from '../../../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../../../nodes/lib/alert/trust/sign';

const NOW = 1_700_000_000;
const SECRET = 'a secret of the unit that is long enough';
const pair = generateKeyPairSync('ed25519');
const privatePem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const publicPem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();

const hmac = (part: Partial<KeyMaterial> = {}): KeyMaterial => ({
  keyId: 'rsu',
  algorithm: 'HS256',
  secret: SECRET,
  ...part,
});

describe('importKey', () => {
  const accepted: [string, string, boolean][] = [
    ['a private PEM', privatePem, true],
    ['a public PEM', publicPem, false],
    ['a PEM in one line', privatePem.trim().replaceAll('\n', ' '), true],
    ['a PEM with written line breaks', privatePem.trim().replaceAll('\n', '\\n'), true],
    ['a private JWK', JSON.stringify(pair.privateKey.export({ format: 'jwk' })), true],
    ['a public JWK', JSON.stringify(pair.publicKey.export({ format: 'jwk' })), false],
  ];
  for (const [name, secret, signs] of accepted) {
    it(`takes ${name} for EdDSA`, async () => {
      const key = await importKey({ keyId: 'ed', algorithm: 'EdDSA', secret });
      assert.equal(key.signing !== undefined, signs);
    });
  }

  for (const [name, secret] of [
    ['the line break of a file', `${SECRET}\n`],
    ['the line break of a file from Windows', `${SECRET}\r\n`],
    ['what the shell leaves of that', `${SECRET}\r`],
    ['a byte order mark', `\ufeff${SECRET}`],
    ['blanks', `\t ${SECRET}  `],
  ] as const) {
    it(`signs the same with ${name} around a secret`, async () => {
      const ring = await KeyRing.create(hmac({ secret }));
      const plain = await KeyRing.create(hmac());
      assert.equal(sign('text', ring, NOW), sign('text', plain, NOW));
    });
  }

  it('counts a secret without its surroundings, and takes bytes as they are', async () => {
    await assert.rejects(importKey(hmac({ secret: `${'x'.repeat(31)}\r\n` })), /31 bytes/);
    const bytes = Buffer.from(`${SECRET}\n`);
    const ring = await KeyRing.create(hmac({ secret: bytes }));
    assert.notEqual(sign('text', ring, NOW), sign('text', await KeyRing.create(hmac()), NOW));
  });

  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const refused: [string, KeyMaterial, RegExp][] = [
    [
      'a short secret',
      hmac({ secret: 'x'.repeat(31) }),
      /"rsu" has a secret of 31 bytes.*at least 32.*openssl/,
    ],
    ['a private PEM for HS256', hmac({ secret: privatePem }), /choose the algorithm EdDSA/],
    ['a public PEM for HS256', hmac({ secret: Buffer.from(publicPem) }), /choose the algorithm EdDSA/],
    [
      'a JWK for HS256',
      hmac({ secret: JSON.stringify(pair.publicKey.export({ format: 'jwk' })) }),
      /choose the algorithm EdDSA/,
    ],
    ['an id with spaces', hmac({ keyId: 'a b' }), /id of 1 to 32 visible/],
    ['a period that never is', hmac({ notBefore: 2, notAfter: 2 }), /not-after/],
    ['a text secret for EdDSA', hmac({ algorithm: 'EdDSA' }), /neither PEM.*openssl genpkey/],
    [
      'another curve for EdDSA',
      hmac({ algorithm: 'EdDSA', secret: p256.export({ format: 'pem', type: 'pkcs8' }) }),
      /not an Ed25519 key/,
    ],
  ];
  for (const [name, material, message] of refused) {
    it(`refuses ${name} and does not tell the secret`, async () => {
      await assert.rejects(importKey(material), (error: Error) => {
        assert.match(error.message, message);
        assert.ok(!error.message.includes(String(material.secret)));
        return true;
      });
    });
  }

  it('counts the bytes of a secret, not its characters', async () => {
    await assert.doesNotReject(importKey(hmac({ secret: '열쇠'.repeat(6) })));
  });
});

describe('KeyRing', () => {
  it('refuses two keys with one id', async () => {
    await assert.rejects(KeyRing.create(hmac(), [hmac()]), { code: 'key' });
  });

  it('does not sign with a public key, nor outside the period of the key', async () => {
    const watcher = await KeyRing.create({ keyId: 'ed', algorithm: 'EdDSA', secret: publicPem });
    assert.throws(() => sign({}, watcher, NOW), { code: 'public-key' });

    const ring = await KeyRing.create(hmac({ notBefore: NOW, notAfter: NOW + 10 }));
    assert.throws(() => sign({}, ring, NOW - 0.1), { code: 'key-period' });
    assert.doesNotThrow(() => sign({}, ring, NOW));
    assert.throws(() => sign({}, ring, NOW + 10), { code: 'key-period' });
  });
});
