import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { jwtVerify } from 'jose';
import { timesOf } from '../../../../nodes/lib/alert/action';
import { alertOf, type Alert } from '../../../../nodes/lib/alert/alert';
import { KeyRing } from '../../../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../../../nodes/lib/alert/trust/sign';
import { verifyAlert } from '../../../../nodes/lib/alert/trust/verify';
import { temporaryDirectory } from '../../../support/flow';

const PYTHON = '/usr/bin/python3';
const run = promisify(execFile);
const hasLibJwt = existsSync('/usr/include/jwt.h') && spawnSync('gcc', ['--version']).status === 0;
const hasPyJwt = spawnSync(PYTHON, ['-c', 'import jwt, cryptography']).status === 0;
const now = Date.now() / 1000;
const pair = generateKeyPairSync('ed25519');
const SECRET = 'a secret of the unit that is long enough';

const alert: Alert = {
  iss: '1001',
  sub: '1001:65535',
  iat: Math.round(now * 1000) / 1000 - 1,
  exp: Math.round(now) + 600,
  detected: Math.round(now) - 2,
  status: 'active',
  event: {
    id: 'e1',
    type: 'collision',
    severity: 'high',
    road: '국도 1호선',
    causeCode: 2,
    subCauseCode: 0,
    informationQuality: 7,
  },
};

const algorithms = [
  { algorithm: 'HS256', ours: SECRET, signs: SECRET, verifies: SECRET },
  {
    algorithm: 'EdDSA',
    ours: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    signs: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    verifies: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  },
] as const;

/** Runs a line of Python with values as JSON on its standard input, gives what it prints. */
async function python(line: string, input: object): Promise<string> {
  const code = `import json, jwt, sys; v = json.load(sys.stdin); print(${line})`;
  const running = run(PYTHON, ['-c', code]);
  running.child.stdin?.end(JSON.stringify(input));
  return (await running).stdout.trim();
}

describe('PyJWT', { skip: hasPyJwt ? false : 'needs python3-jwt and python3-cryptography' }, () => {
  for (const { algorithm, ours, signs, verifies } of algorithms) {
    it(`verifies what we sign with ${algorithm}`, async () => {
      const ring = await KeyRing.create({ keyId: 'rsu', algorithm, secret: ours });
      const token = sign(alert, ring, now);
      const line = 'json.dumps([jwt.get_unverified_header(v["t"]), jwt.decode(v["t"], v["k"], [v["a"]])])';
      const [header, claims] = JSON.parse(
        await python(line, { t: token, k: verifies, a: algorithm }),
      ) as unknown[];
      assert.deepEqual(header, { alg: algorithm, kid: 'rsu', typ: 'JWT' });
      assert.deepEqual(claims, alert);
    });

    it(`signs with ${algorithm} what we verify`, async () => {
      const token = await python('jwt.encode(v["c"], v["k"], v["a"], {"kid": "rsu"})', {
        c: alert,
        k: signs,
        a: algorithm,
      });
      const ring = await KeyRing.create({ keyId: 'rsu', algorithm, secret: verifies });
      assert.deepEqual(await verifyAlert(token, ring, { now, skew: 5 }), {
        trusted: true,
        alert,
        keyId: 'rsu',
      });
    });
  }
});

/** An alert as the unit makes it, of a detection between two seconds. */
function issued(validity: number): Alert {
  const request = { id: 'e1', action: 'new', ts: Math.floor(now) - 0.25 } as const;
  const times = timesOf(request, undefined, { now: Math.floor(now) + 0.125, validity });
  const action = { eventId: 'e1', station: 1001, sequence: 1, requests: [], ...times };
  return alertOf(action, alert.event);
}

describe('the times of an alert', () => {
  it('are read by libjwt', { skip: hasLibJwt ? false : 'needs gcc and libjwt-dev' }, async (t) => {
    const program = join(await temporaryDirectory(t), 'read-jwt');
    await run('gcc', ['-o', program, 'test/support/network/read-jwt.c', '-ljwt']);
    const ring = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret: SECRET });
    const { stdout } = await run(program, [sign(issued(600), ring, now), SECRET]);
    assert.deepEqual(JSON.parse(stdout), { exp: Math.floor(now) + 600, iat: Math.floor(now) + 0.125 });
    await assert.rejects(run(program, [sign(issued(600), ring, now), `${SECRET}!`]));
  });

  it('are read by jose', async () => {
    const ring = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret: SECRET });
    const { payload } = await jwtVerify(sign(issued(600), ring, now), Buffer.from(SECRET));
    assert.deepEqual([payload.exp, payload.iat], [Math.floor(now) + 600, Math.floor(now) + 0.125]);
  });

  it('are taken for valid also when a validity of a day is rounded up, or an end has a fraction', async () => {
    const ring = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret: SECRET });
    const day = { ...issued(86_400), iat: now };
    for (const claims of [day, { ...day, exp: day.exp - 0.5 }]) {
      assert.equal((await verifyAlert(sign(claims, ring, now), ring, { now, skew: 5 })).trusted, true);
    }
  });
});
