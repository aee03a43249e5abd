import { alertOf } from './alert';
import { digestOf, timesOf, versionOf, type Action, type Request } from './action';
import { KeyRing } from './trust/key-ring';
import { sign } from './trust/sign';
import { verifyAlert } from './trust/verify';

/** So often that V8 has optimised what it would otherwise interpret for the first thousand warnings. */
const ROUNDS = 1000;
/** Verifying waits for another thread each time. */
const VERIFYING_ROUNDS = 50;

/** What is warm in this process: once is enough for all of its nodes. */
const warm = new Set<() => unknown>();

const REQUEST: Request = { id: 'warm-up', action: 'new', ts: 1 };

/** Makes alerts that are never sent, so that the first real one of a unit is as fast as the thousandth. */
export function warmUpAlerts(): void {
  if (isWarm(warmUpAlerts)) return;
  for (let round = 0; round < ROUNDS; round += 1) {
    versionOf(REQUEST, undefined, () => []);
    alertOf(warmUpAction(round), {
      id: 'warm-up',
      type: 'unknown',
      severity: 'low',
      lat: 1.5,
      lon: -1.5,
    });
  }
}

/** Signs alerts with a key that nobody uses. */
export async function warmUpSigning(): Promise<void> {
  if (isWarm(warmUpSigning)) return;
  const ring = await warmUpRing();
  for (let round = 0; round < ROUNDS; round += 1) sign(warmUpAlert(round), ring, 1);
}

/** Verifies alerts of a key that nobody uses. */
export async function warmUpVerifying(): Promise<void> {
  if (isWarm(warmUpVerifying)) return;
  const ring = await warmUpRing();
  const token = Buffer.from(sign(warmUpAlert(0), ring, 1));
  for (let round = 0; round < VERIFYING_ROUNDS; round += 1)
    await verifyAlert(token, ring, { now: 1, skew: 1 });
}

/** Notes it, too. */
function isWarm(task: () => unknown): boolean {
  const before = warm.has(task);
  warm.add(task);
  return before;
}

function warmUpAction(sequence: number): Action {
  const times = timesOf(REQUEST, undefined, { now: 1, validity: 1 });
  return { eventId: REQUEST.id, station: 0, sequence, requests: [digestOf(REQUEST)], ...times };
}

function warmUpAlert(sequence: number) {
  return alertOf(warmUpAction(sequence), { id: 'warm-up', type: 'unknown', severity: 'low' });
}

function warmUpRing(): Promise<KeyRing> {
  return KeyRing.create({ keyId: 'warm-up', algorithm: 'HS256', secret: new Uint8Array(32) });
}
