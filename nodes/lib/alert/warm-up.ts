import { alertOf } from './alert';
import { digestOf, timesOf, versionOf, type Action, type Request } from './action';
import { KeyRing } from './trust/key-ring';
import { sign } from './trust/sign';
import { verifyAlert } from './trust/verify';

/** So often that V8 has optimised what it would otherwise interpret for the first thousand warnings. */
const ROUNDS = 1000;
/** Verifying waits for another thread each time. */
const VERIFYING_ROUNDS = 50;

/** What was rehearsed in this process: once is enough for all of its nodes. */
const rehearsed = new Set<() => unknown>();

const REQUEST: Request = { id: 'rehearsal', action: 'new', ts: 1 };

/** Makes alerts that are never sent, so that the first real one of a unit is as fast as the thousandth. */
export function rehearseAlerts(): void {
  if (isRehearsed(rehearseAlerts)) return;
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
  if (isRehearsed(rehearseSigning)) return;
  const ring = await rehearsalRing();
  for (let round = 0; round < ROUNDS; round += 1) sign(rehearsedAlert(round), ring, 1);
}

/** Verifies alerts of a key that nobody uses. */
export async function rehearseVerifying(): Promise<void> {
  if (isRehearsed(rehearseVerifying)) return;
  const ring = await rehearsalRing();
  const token = Buffer.from(sign(rehearsedAlert(0), ring, 1));
  for (let round = 0; round < VERIFYING_ROUNDS; round += 1)
    await verifyAlert(token, ring, { now: 1, skew: 1 });
}

/** Notes it, too. */
function isRehearsed(rehearsal: () => unknown): boolean {
  const before = rehearsed.has(rehearsal);
  rehearsed.add(rehearsal);
  return before;
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
