import type { Alert } from '../alert/alert';
import { FRAMINGS } from './choices';
import { decodeFrame, frame } from './framing';
import { denmOf, type DenmSettings } from './from-alert';
import { encodeDenm } from './message';
import { alertOfDenm } from './to-alert';

/** So often that the engine has compiled what it would otherwise compile under the first real warning. */
const ROUNDS = 50;

const ALERT: Alert = {
  iss: '0',
  sub: '0:0',
  iat: 1_500_000_000,
  exp: 1_500_000_001,
  detected: 1_500_000_000,
  status: 'active',
  event: {
    id: 'rehearsal',
    type: 'unknown',
    severity: 'low',
    lat: 1.5,
    lon: -1.5,
    distance_m: 1,
    causeCode: 2,
    subCauseCode: 0,
    informationQuality: 0,
  },
};

const SETTINGS: DenmSettings = {
  direction: 'allTrafficDirections',
  heading: 1,
  interval: 1,
  place: undefined,
  causes: new Map(),
};

/** Makes DENMs that are never sent, so that the first real one is as fast as the thousandth. */
export function rehearseEncoding(): void {
  for (let round = 0; round < ROUNDS; round += 1) rehearsedFrames();
}

/** Reads DENMs that nobody sent. */
export function rehearseDecoding(): void {
  const frames = rehearsedFrames();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const one of frames) alertOfDenm(decodeFrame(one).message);
}

function rehearsedFrames(): Buffer[] {
  const message = denmOf(ALERT, SETTINGS);
  const bytes = encodeDenm(message);
  return FRAMINGS.map((framing) =>
    frame(framing, message, bytes, () => ({ place: undefined, time: 0, sequence: 0 })),
  );
}
