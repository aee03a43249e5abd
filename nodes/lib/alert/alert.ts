import { Ajv2020 } from 'ajv/dist/2020';
import type { Alert } from '../../contracts';
import { messageOf, V2xError } from '../errors';
import type { Action } from './action';
import { causeOf, informationQuality } from './cause';
import { alertSchema } from './schema';
import { LONGEST_VALIDITY_SECONDS } from './validity';

export type { Alert };

/** What an alert says of an incident; an event of the events directory fits. */
export interface Incident {
  readonly id: string;
  readonly type: string;
  readonly severity: string;
  readonly lat?: number | undefined;
  readonly lon?: number | undefined;
  readonly road?: string | undefined;
  readonly distance_m?: number | undefined;
  readonly confidence?: number | undefined;
}

const matchesSchema = new Ajv2020({ verbose: true }).compile<Alert>(alertSchema);

/** The claims that warn of an incident in one version of its action (RFC 7519 names). */
export function alertOf(action: Action, incident: Incident): Alert {
  return {
    iss: String(action.station),
    sub: actionIdOf(action),
    iat: action.referenceTime,
    exp: action.expires,
    detected: action.detected,
    status: action.status,
    event: withoutUndefined({
      id: incident.id,
      type: incident.type,
      severity: incident.severity,
      lat: rounded(incident.lat, 7),
      lon: rounded(incident.lon, 7),
      road: incident.road,
      distance_m: rounded(incident.distance_m, 0),
      confidence: rounded(incident.confidence, 3),
      ...causeOf(incident.type),
      informationQuality: informationQuality(incident.confidence),
    }),
  };
}

/**
 * To so many decimals: coordinates to 1e-7 degrees, as ETSI's Latitude and Longitude (TS 102 894-2). With that, every
 * event that the schema allows fits into a datagram.
 */
function rounded(value: number | undefined, decimals: number): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(decimals));
}

/** `station:sequence`: names the action through update and cancel (EN 302 637-3, actionID). */
export function actionIdOf({ station, sequence }: Pick<Action, 'station' | 'sequence'>): string {
  return `${station}:${sequence}`;
}

/**
 * Reads claims that a trusted key signed.
 * @throws V2xError `claims` naming the claim and the rule it breaks
 */
export function parseAlert(payload: Uint8Array): Alert {
  return toAlert(parseJson(payload));
}

/**
 * Checks that a value is an alert.
 * @throws V2xError `claims` naming the claim and the rule it breaks
 */
export function toAlert(claims: unknown): Alert {
  if (!matchesSchema(claims)) {
    const error = matchesSchema.errors?.[0];
    const claim = error?.instancePath.slice(1).replaceAll('/', '.') || 'the payload';
    throw invalid(`${claim} ${error?.message ?? 'is not valid'}`);
  }
  if (!claims.sub.startsWith(`${claims.iss}:`)) throw invalid('sub and iss name different stations');
  if (claims.exp <= claims.iat) throw invalid('exp is not after iat');
  // Rounded up to whole seconds, a validity of a day ends within the second after it.
  if (claims.exp - claims.iat >= LONGEST_VALIDITY_SECONDS + 1)
    throw invalid('exp is more than a day after iat');
  return claims;
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    throw invalid(`the payload is not JSON: ${messageOf(error)}`);
  }
}

function invalid(rule: string): V2xError {
  return new V2xError('claims', `Not an alert: ${rule}`, { rule });
}

function withoutUndefined<T extends object>(object: {
  [Key in keyof T]: T[Key] | undefined;
}): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
