import { alertOf } from './alert';
import { digestOf, timesOf, versionOf, type Action, type Request } from './action';
import { KeyRing } from './trust/key-ring';
import { sign } from './trust/sign';
import { verifyAlert } from './trust/verify';

/** So often that the engine has compiled what it would otherwise compile under the first real warning. */
const ROUNDS = 50;

const REQUEST: Request = { id: 'rehearsal', action: 'new', ts: 1 };

/** Makes alerts that are never sent, so that the first real one of a unit is as fast as the thousandth. */
export function rehearseAlerts(): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    versionOf(REQUEST, undefined, () => []);
    alertOf(rehearsedAction(round), {
      id: 'rehearsal',
      type: 'unknown',
      severity: 'low',
      lat: 1.5,
      lon: -1.5,
    });
  }
}

/** Signs alerts with a key that nobody uses. */
export async function rehearseSigning(): Promise<void> {
  const ring = await rehearsalRing();
  for (let round = 0; round < ROUNDS; round += 1) sign(rehearsedAlert(round), ring, 1);
}

/** Verifies alerts of a key that nobody uses. */
export async function rehearseVerifying(): Promise<void> {
  const ring = await rehearsalRing();
  const token = Buffer.from(sign(rehearsedAlert(0), ring, 1));
  for (let round = 0; round < ROUNDS; round += 1) await verifyAlert(token, ring, { now: 1, skew: 1 });
}

function rehearsedAction(sequence: number): Action {
  const times = timesOf(REQUEST, undefined, { now: 1, validity: 1 });
  return { eventId: REQUEST.id, station: 0, sequence, requests: [digestOf(REQUEST)], ...times };
}

function rehearsedAlert(sequence: number) {
  return alertOf(rehearsedAction(sequence), { id: 'rehearsal', type: 'unknown', severity: 'low' });
}

function rehearsalRing(): Promise<KeyRing> {
  return KeyRing.create({ keyId: 'rehearsal', algorithm: 'HS256', secret: new Uint8Array(32) });
}
