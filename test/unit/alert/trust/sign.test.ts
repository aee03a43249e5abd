import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { compactVerify } from 'jose';
import { KeyRing } from '../../../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../../../nodes/lib/alert/trust/sign';

const NOW = 1_700_000_000;
const SECRET = 'a secret of the unit that is long enough';
const ed25519 = generateKeyPairSync('ed25519');

const hmacRing = () => KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret: SECRET });
const edRing = () =>
  KeyRing.create({
    keyId: 'ed',
    algorithm: 'EdDSA',
    secret: ed25519.privateKey.export({ format: 'pem', type: 'pkcs8' }),
  });

async function open(token: string) {
  const { payload, protectedHeader } = await compactVerify(token, Buffer.from(SECRET));
  return { text: Buffer.from(payload).toString(), header: protectedHeader };
}

describe('sign', () => {
  it('makes an object a JSON Web Token', async () => {
    const { text, header } = await open(sign({ iss: '1001' }, await hmacRing(), NOW));
    assert.deepEqual(header, { alg: 'HS256', kid: 'rsu', typ: 'JWT' });
    assert.equal(text, '{"iss":"1001"}');
  });

  it('signs text and bytes as they are, and does not call them JWT', async () => {
    for (const payload of ['grüß dich', Buffer.from('grüß dich')]) {
      const { text, header } = await open(sign(payload, await hmacRing(), NOW));
      assert.deepEqual(header, { alg: 'HS256', kid: 'rsu' });
      assert.equal(text, 'grüß dich');
    }
  });

  it('has nothing to sign without a payload', async () => {
    const ring = await hmacRing();
    assert.throws(() => sign(undefined, ring, NOW), { code: 'payload' });
  });

  for (const [algorithm, ring] of [
    ['HS256', hmacRing],
    ['EdDSA', edRing],
  ] as const) {
    it(`refuses what would be larger than 1200 bytes with ${algorithm}, to the byte`, async () => {
      let largest = 0;
      for (let length = 700; length < 900; length += 1) {
        try {
          const token = sign('x'.repeat(length), await ring(), NOW);
          largest = Math.max(largest, token.length);
        } catch (error) {
          const said = /would have (\d+) bytes/.exec(String(error));
          assert.ok(Number(said?.[1]) > 1200, String(error));
        }
      }
      assert.ok(largest > 1197 && largest <= 1200, `largest ${largest}`);
    });
  }
});
