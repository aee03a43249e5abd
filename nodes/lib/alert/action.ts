import { createHash } from 'node:crypto';
import { V2xError } from '../errors';

/**
 * One warning through its life, in the terms of ETSI EN 302 637-3: the action id (station and sequence) stays,
 * the reference time marks each version. Times are Unix seconds.
 */
export interface Action {
  /** The event it warns of. */
  readonly eventId: string;
  /** 32 bit. */
  readonly station: number;
  /** 16 bit. */
  readonly sequence: number;
  /** Strictly grows from version to version, in steps of 1 ms or more. */
  readonly referenceTime: number;
  /** When the incident, or its change or end, was detected; never after the reference time. */
  readonly detected: number;
  /** End of validity, in whole seconds. */
  readonly expires: number;
  /** When the last vehicle forgets it: the latest end of validity of its versions, since an update may end earlier. */
  readonly until: number;
  readonly status: 'active' | 'cancelled';
  /** Digests of the last requests that led to its versions, latest last. */
  readonly requests: readonly string[];
}

export type Version = 'new' | 'update' | 'cancel';

/** The alert that an event leads to. */
export interface Request {
  readonly id: string;
  readonly action: Version;
  /** When it was detected, Unix seconds. */
  readonly ts: number;
}

/** So many requests are remembered for each event. */
const REMEMBERED_REQUESTS = 8;

/** Tells a request from others about the same event: a hash of all it says. */
export function digestOf(request: Request): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url').slice(0, 16);
}

/** The requests that an action remembers when one more led to a version of it. */
export function requestsWith(digest: string, known: Action | undefined): readonly string[] {
  return [...(known?.requests ?? []), digest].slice(-REMEMBERED_REQUESTS);
}

/**
 * Whether a request was carried out before: a crash or a deploy made the unit take its event twice.
 * @returns `again` when what it led to is still the latest version, which may not be out; `superseded` when a later
 *   request changed that; undefined when it is not known
 */
export function standingOf(digest: string, known: Action | undefined): 'again' | 'superseded' | undefined {
  if (!known?.requests.includes(digest)) return undefined;
  return known.requests.at(-1) === digest ? 'again' : 'superseded';
}

/**
 * Which version of an action a request leads to; an event that comes back after its cancel is a new action.
 * @param known the event's action, undefined when no vehicle can still believe in one
 * @param idsLike suggests ids that the user may have meant if there is no such alert
 * @throws V2xError `never-sent` or `cancelled`
 */
export function versionOf(
  request: Request,
  known: Action | undefined,
  idsLike: () => readonly string[],
): Version {
  const { id, action } = request;
  if (!known) {
    if (action === 'new') return 'new';
    const ids = idsLike();
    const hint = ids.length > 0 ? ` (alerts stand for: ${ids.join(', ')})` : '';
    throw new V2xError(
      'never-sent',
      `Cannot ${action} the alert of event "${id}": it was never sent or its validity has ended`,
      { id, action },
      { remedy: `an update or cancel must carry the id of the original event${hint}` },
    );
  }
  if (known.status === 'active') return action === 'new' ? 'update' : action;
  if (action === 'cancel') return 'cancel';
  if (action === 'new' && request.ts > known.detected) return 'new';
  throw new V2xError(
    'cancelled',
    `The alert of event "${id}" is already cancelled`,
    { id },
    { remedy: 'a new event that happened after the cancel warns again' },
  );
}

/** What the times of a version follow from, in seconds. */
export interface Timing {
  readonly now: number;
  /** How long a warning stands, counted from its detection. */
  readonly validity: number;
}

/**
 * The times of the next version of an action. A detector whose clock runs ahead does not make a warning last longer,
 * and a cancel lasts at least as long as any version that it cancels, so that a late copy of one is not believed.
 * `expires` is rounded up to whole seconds: libraries in C read fractions of a NumericDate (RFC 7519) as no number.
 * @param known the version before; undefined for a new action
 * @throws V2xError `expired` when its validity has already ended
 */
export function timesOf(
  request: Request,
  known: Action | undefined,
  { now, validity }: Timing,
): Pick<Action, 'referenceTime' | 'detected' | 'expires' | 'until' | 'status'> {
  const referenceTime = Math.max(toMs(now), known ? toMs(known.referenceTime) + 1 : 0) / 1000;
  // Reference times grow also when the clock is set back, so that the time of the request has to follow.
  const setBack = Math.max(0, (known?.referenceTime ?? 0) - now);
  const detected = Math.min(request.ts + setBack, referenceTime);
  const cancels = request.action === 'cancel';
  const standing = known?.until ?? 0;
  const expires = Math.ceil(Math.max(detected + validity, cancels ? standing : 0));
  if (expires <= referenceTime) {
    throw new V2xError(
      'expired',
      `Event "${request.id}" is not sent as an alert: it was detected ${Math.round(referenceTime - detected)} s ago, ` +
        `and a warning is valid for only ${validity} s`,
      { id: request.id, validity },
    );
  }
  const status = cancels ? 'cancelled' : 'active';
  return { referenceTime, detected, expires, until: Math.max(expires, standing), status };
}

function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}
