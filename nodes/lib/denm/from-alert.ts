import type { Alert } from '../alert/alert';
import { LONGEST_VALIDITY_SECONDS } from '../alert/validity';
import { toItsTime } from '../time/its-time';
import { V2xError } from '../errors';
import type { Place } from '../geonet/position';
import type { CauseTable } from './causes';
import type { TrafficDirection } from './choices';
import { UNAVAILABLE } from './dictionary';
import { DENM_MESSAGE_ID, PROTOCOL_VERSION, type Denm } from './message';
import { relevanceOf } from './relevance';

/** What a DENM says that no alert says. */
export interface DenmSettings {
  /** Which traffic the event matters to: relevanceTrafficDirection. */
  readonly direction: TrafficDirection;
  /** Which way traffic goes at the event, degrees clockwise from north: eventPositionHeading. */
  readonly heading: number | undefined;
  /** Time between repetitions in seconds: transmissionInterval. */
  readonly interval: number;
  /** Where the station is, for an alert that has no place. */
  readonly place: Place | undefined;
  readonly causes: CauseTable;
}

/** TS 102 894-2 StationType. */
const ROADSIDE_UNIT = 15;

/**
 * The DENM of an alert (EN 302 637-3 V1.3.1 clause 6.1): the action id is the same in all versions, the reference time
 * marks each one, a repetition is the same message. A cancelled alert ends the event (isCancellation), and consists of
 * the management container alone.
 * @throws V2xError `position` when neither the alert nor the settings have a place, `field` when something is out of
 *   the standard's range
 */
export function denmOf(alert: Alert, settings: DenmSettings): Denm {
  const [stationID, sequenceNumber] = alert.sub.split(':').map(Number);
  const cancelled = alert.status === 'cancelled';
  const { distance_m: distance } = alert.event;
  return {
    header: { protocolVersion: PROTOCOL_VERSION, messageID: DENM_MESSAGE_ID, stationID },
    denm: {
      management: {
        actionID: { originatingStationID: stationID, sequenceNumber },
        detectionTime: toItsTime(alert.detected),
        referenceTime: toItsTime(alert.iat),
        ...(cancelled && { termination: 'isCancellation' }),
        eventPosition: positionOf(alert, settings.place),
        ...(distance !== undefined && { relevanceDistance: relevanceOf(distance) }),
        relevanceTrafficDirection: settings.direction,
        validityDuration: validityOf(alert),
        transmissionInterval: Math.round(settings.interval * 1000),
        stationType: ROADSIDE_UNIT,
      },
      ...(!cancelled && { situation: situationOf(alert, settings.causes), location: locationOf(settings) }),
    },
  };
}

/** Degrees as Latitude and Longitude of TS 102 894-2. */
export function placeOf({ lat, lon }: { readonly lat: number; readonly lon: number }): Place {
  // Adding 0 makes -0 a plain 0.
  return { latitude: Math.round(lat * 1e7) + 0, longitude: Math.round(lon * 1e7) + 0 };
}

function positionOf(
  { sub, event }: Alert,
  otherwise: Place | undefined,
): Denm['denm']['management']['eventPosition'] {
  const { lat, lon } = event;
  const place = lat === undefined || lon === undefined ? otherwise : placeOf({ lat, lon });
  if (!place)
    throw new V2xError(
      'position',
      `Alert ${sub} has no place, and a DENM without one warns nobody`,
      { actionId: sub },
      { remedy: "give its event lat and lon, or set the unit's own place" },
    );
  return {
    ...place,
    positionConfidenceEllipse: {
      semiMajorConfidence: UNAVAILABLE.semiAxis,
      semiMinorConfidence: UNAVAILABLE.semiAxis,
      semiMajorOrientation: UNAVAILABLE.orientation,
    },
    altitude: { altitudeValue: UNAVAILABLE.altitude, altitudeConfidence: 'unavailable' },
  };
}

/**
 * Whole seconds from detection to the end of validity: ValidityDuration. Alerts end at whole seconds, up to a second
 * later than that; 0 would mean that the event is over.
 */
function validityOf({ exp, detected, status }: Alert): number {
  const seconds = Math.max(1, Math.floor(Math.round((exp - detected) * 1000) / 1000));
  // The end of a warning is news also where it was detected long ago.
  return status === 'cancelled' ? Math.min(seconds, LONGEST_VALIDITY_SECONDS) : seconds;
}

function situationOf({ event }: Alert, causes: CauseTable): Denm['denm']['situation'] {
  const { causeCode, subCauseCode } = causes.get(event.type) ?? event;
  return { informationQuality: event.informationQuality, eventType: { causeCode, subCauseCode } };
}

/** At least one trace has to be there; it may be empty. */
function locationOf({ heading }: DenmSettings): Denm['denm']['location'] {
  const eventPositionHeading = heading !== undefined && {
    headingValue: Math.round(heading * 10) % 3600,
    headingConfidence: UNAVAILABLE.confidence,
  };
  return { ...(eventPositionHeading && { eventPositionHeading }), traces: [[]] };
}
