import { toAlert, type Alert } from '../alert/alert';
import { confidenceOf } from '../alert/cause';
import { DEFAULT_VALIDITY_SECONDS } from '../alert/validity';
import { eventTypeOf } from './causes';
import { V2xError } from '../errors';
import { fromItsTime } from '../time/its-time';
import { UNAVAILABLE } from './dictionary';
import type { Denm } from './message';
import { metresOf } from './relevance';

/** A negation carries the reference time of what it negates: by so much, in seconds, its alert is newer than that. */
const AFTER_NEGATED = 0.001;

/**
 * The alert that a DENM amounts to. A cancellation and a negation (a third station found the event over) both cancel.
 * @throws V2xError `expired` when it says that it is not valid any more, `claims` when it could not be an alert
 */
export function alertOfDenm({ denm: { management, situation } }: Denm): Alert {
  const {
    actionID,
    detectionTime,
    referenceTime,
    termination,
    validityDuration = DEFAULT_VALIDITY_SECONDS,
  } = management;
  const [station, sequence] = [actionID.originatingStationID, actionID.sequenceNumber];
  const actionId = `${station}:${sequence}`;
  const detected = fromItsTime(detectionTime);
  const ends = detected + validityDuration;
  const issued = fromItsTime(referenceTime) + (termination === 'isNegation' ? AFTER_NEGATED : 0);
  if (ends <= issued)
    throw new V2xError(
      'expired',
      `DENM ${actionId} is not valid: its validityDuration of ${validityDuration} s ends before its referenceTime`,
      { actionId },
    );
  return toAlert({
    iss: String(station),
    sub: actionId,
    iat: Math.round(issued * 1000) / 1000,
    exp: Math.ceil(ends),
    detected,
    status: termination === undefined ? 'active' : 'cancelled',
    event: { id: actionId, severity: 'unknown', ...placeIn(management), ...causeIn(situation) },
  });
}

function placeIn({
  eventPosition: { latitude, longitude },
  relevanceDistance,
}: Denm['denm']['management']): Pick<Alert['event'], 'lat' | 'lon' | 'distance_m'> {
  const known = latitude !== UNAVAILABLE.latitude && longitude !== UNAVAILABLE.longitude;
  const distance = relevanceDistance === undefined ? undefined : metresOf(relevanceDistance);
  return {
    ...(known && { lat: latitude / 1e7, lon: longitude / 1e7 }),
    ...(distance !== undefined && { distance_m: distance }),
  };
}

/** A cancellation does not say what has ended. */
function causeIn(
  situation: Denm['denm']['situation'],
): Pick<Alert['event'], 'type' | 'causeCode' | 'subCauseCode' | 'informationQuality' | 'confidence'> {
  if (!situation) return { type: 'unknown', causeCode: 0, subCauseCode: 0, informationQuality: 0 };
  const { eventType, informationQuality } = situation;
  const { causeCode, subCauseCode } = eventType;
  const confidence = confidenceOf(informationQuality);
  return {
    type: eventTypeOf(eventType),
    causeCode,
    subCauseCode,
    informationQuality,
    ...(confidence !== undefined && { confidence }),
  };
}
