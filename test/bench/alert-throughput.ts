import { generateKeyPairSync } from 'node:crypto';
import type { Alert } from '../../nodes/lib/alert/alert';
import type { KeyMaterial } from '../../nodes/lib/alert/trust/key';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../nodes/lib/alert/trust/sign';
import { verifyAlert } from '../../nodes/lib/alert/trust/verify';

const NOW = 1_700_000_000;
const COUNT = 5000;

const KEYS: readonly KeyMaterial[] = [
  { keyId: 'group', algorithm: 'HS256', secret: 'a secret of the bench, which is long enough' },
  {
    keyId: 'unit',
    algorithm: 'EdDSA',
    secret: generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  },
];

/** A typical warning. */
export const ALERT: Alert = {
  iss: '1001',
  sub: '1001:7',
  iat: NOW,
  exp: NOW + 600,
  detected: NOW,
  status: 'active',
  event: {
    id: 'evt_1700000000-3f2a9c10',
    type: 'collision',
    severity: 'high',
    lat: 37.3901,
    lon: 126.6413,
    road: 'Songdo-ro',
    distance_m: 500,
    causeCode: 2,
    subCauseCode: 0,
    informationQuality: 0,
  },
};

/** How many datagrams a core verifies in a second (of its own time, all threads together), by kind. */
export async function verificationThroughput(): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  for (const key of KEYS) {
    const ring = await KeyRing.create(key);
    const good = Buffer.from(sign(ALERT, ring, NOW));
    const forged = Buffer.from(good);
    const last = good.length - 10;
    forged[last] = forged[last] === 65 ? 66 : 65;
    results[`${key.algorithm} trusted`] = await perSecond(good, ring, true);
    results[`${key.algorithm} forged`] = await perSecond(forged, ring, false);
  }
  return results;
}

async function perSecond(datagram: Buffer, ring: KeyRing, expected: boolean): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < COUNT; count += 1) {
    const { trusted } = await verifyAlert(datagram, ring, { now: NOW + 1, skew: 5 });
    if (trusted !== expected) throw new Error(`A datagram was ${trusted ? 'trusted' : 'refused'}.`);
  }
  const { user, system } = process.cpuUsage(before);
  return Math.round((COUNT / (user + system)) * 1e6);
}
