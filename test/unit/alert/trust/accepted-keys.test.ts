import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { momentOf, parseAcceptedKeys } from '../../../../nodes/lib/alert/trust/accepted-keys';

const okp = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

describe('parseAcceptedKeys', () => {
  it('reads secrets and public keys with their period', () => {
    const keys = [
      {
        kty: 'oct',
        kid: 'old',
        k: Buffer.from('secret').toString('base64url'),
        nbf: 5,
        exp: '2026-12-31T00:00:00Z',
      },
      { ...okp, kid: 'other' },
    ];
    const [old, other] = parseAcceptedKeys(JSON.stringify({ keys }));
    assert.deepEqual(old, {
      keyId: 'old',
      algorithm: 'HS256',
      secret: Buffer.from('secret'),
      notBefore: 5,
      notAfter: 1_798_675_200,
    });
    assert.equal(other.algorithm, 'EdDSA');
  });

  const refused: [string, RegExp][] = [
    ['secret-text', /are not JSON/],
    ['[]', /no list "keys"/],
    ['{"keys":[7]}', /no object as number 1/],
    ['{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}', /no "kid" in number 1/],
    ['{"keys":[{"kty":"RSA","kid":"a","n":"c2VjcmV0"}]}', /neither.*in number 1/],
    ['{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0","exp":"soon"}]}', /"exp" is not a time/],
  ];
  for (const [text, message] of refused) {
    it(`refuses ${text} without quoting it`, () => {
      assert.throws(
        () => parseAcceptedKeys(text),
        (error: Error) => message.test(error.message) && !/c2VjcmV0|secret-text/.test(error.message),
      );
    });
  }
});

describe('momentOf', () => {
  const table: [unknown, number | undefined][] = [
    ['', undefined],
    [undefined, undefined],
    ['1700000000', 1_700_000_000],
    [1_700_000_000.5, 1_700_000_000.5],
    ['2023-11-14T22:13:20Z', 1_700_000_000],
  ];
  for (const [value, seconds] of table) {
    it(`reads ${JSON.stringify(value)} as ${seconds}`, () => {
      assert.equal(momentOf('not after', value), seconds);
    });
  }
});
