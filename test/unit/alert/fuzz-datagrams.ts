import { generateKeyPairSync } from 'node:crypto';
import { KeyRing } from '../../../nodes/lib/alert/trust/key-ring';
import type { Alert } from '../../../nodes/lib/alert/alert';
import { isRelevant } from '../../../nodes/lib/alert/relevance';
import { sign } from '../../../nodes/lib/alert/trust/sign';
import { AlertTable } from '../../../nodes/lib/alert/table';
import { verifyAlert } from '../../../nodes/lib/alert/trust/verify';
import { fuzz, mutate, pick, type FuzzResult } from '../../support/fuzz';

const NOW = 1_700_000_000;
const HMAC = {
  keyId: 'rsu',
  algorithm: 'HS256',
  secret: 'a secret of the fuzzer, which is long enough',
} as const;

const alert = (sequence: number): Alert => ({
  iss: '1001',
  sub: `1001:${sequence}`,
  iat: NOW + sequence / 1000,
  exp: NOW + 600,
  detected: NOW,
  status: sequence % 3 === 0 ? 'cancelled' : 'active',
  event: {
    id: `event-${sequence}`,
    type: 'fire',
    severity: 'high',
    lat: 37.39,
    lon: 126.64,
    distance_m: 500,
    road: '국도 1호선',
    causeCode: 94,
    subCauseCode: 6,
    informationQuality: 0,
  },
});

/**
 * A vehicle under hostile datagrams: mutated alerts of two keys, and now and then a real one.
 * @throws when anything throws, or when other bytes than those that were signed are trusted
 */
export async function fuzzDatagrams(runs: number, seconds: number): Promise<FuzzResult> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const ed25519 = { keyId: 'ed', algorithm: 'EdDSA', secret: pem } as const;
  const ring = await KeyRing.create(HMAC, [ed25519]);
  const signers = [ring, await KeyRing.create(ed25519)];
  const signed = [1, 2, 3, 4].map((sequence) =>
    Buffer.from(sign(alert(sequence), signers[sequence % 2], NOW)),
  );
  const known = new Set(signed.map((datagram) => datagram.toString('latin1')));
  const table = new AlertTable(1024);

  return fuzz(runs, seconds, async () => {
    const datagram = Math.random() < 0.01 ? pick(signed) : mutate(signed);
    const verdict = await verifyAlert(datagram, ring, { now: NOW + 1, skew: 5 });
    if (!verdict.trusted) return verdict.code;
    if (!known.has(datagram.toString('latin1')))
      throw new Error(`Trusted but never signed: ${datagram.toString('hex')}`);
    isRelevant(verdict.alert, { lat: 37, lon: 126, heading: 10 });
    return `trusted, ${table.receive(verdict.alert, NOW + 1).change}`;
  });
}
