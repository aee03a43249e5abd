import { DEFAULT_VALIDITY_SECONDS, LONGEST_VALIDITY_SECONDS } from '../alert/validity';
import { V2xError } from '../errors';
import { decode } from '../per/decode';
import { encode, encodeJson } from '../per/encode';
import { enumerated, integer, optional, sequence, withDefault, type ValueOf } from '../per/types';
import { alacarteContainer } from './alacarte';
import {
  actionID,
  causeCode,
  eventHistory,
  heading,
  informationQuality,
  itsPduHeader,
  referencePosition,
  relevanceDistance,
  relevanceTrafficDirection,
  roadType,
  speed,
  stationType,
  timestampIts,
  traces,
} from './dictionary';

/** ETSI EN 302 637-3 V1.3.1, as Release 2 (TS 103 831). */
export const PROTOCOL_VERSION = 2;
/** TS 102 894-2, messageID. */
export const DENM_MESSAGE_ID = 1;
/** EN 302 637-3 V1.3.1 Annex A, ManagementContainer. */
const managementContainer = sequence(
  {
    actionID,
    detectionTime: timestampIts,
    referenceTime: timestampIts,
    termination: optional(enumerated(['isCancellation', 'isNegation'])),
    eventPosition: referencePosition,
    relevanceDistance: optional(relevanceDistance),
    relevanceTrafficDirection: optional(relevanceTrafficDirection),
    /** Seconds from detectionTime on. */
    validityDuration: withDefault(integer(0, LONGEST_VALIDITY_SECONDS), DEFAULT_VALIDITY_SECONDS),
    /** Milliseconds. */
    transmissionInterval: optional(integer(1, 10_000)),
    stationType,
  },
  { extensible: true },
);

/** EN 302 637-3 V1.3.1 Annex A, SituationContainer. */
const situationContainer = sequence(
  {
    informationQuality,
    eventType: causeCode,
    linkedCause: optional(causeCode),
    eventHistory: optional(eventHistory),
  },
  { extensible: true },
);

/** EN 302 637-3 V1.3.1 Annex A, LocationContainer. */
const locationContainer = sequence(
  {
    eventSpeed: optional(speed),
    eventPositionHeading: optional(heading),
    traces,
    roadType: optional(roadType),
  },
  { extensible: true },
);

/** EN 302 637-3 V1.3.1 Annex A, DENM. */
export const DENM = sequence({
  header: itsPduHeader,
  denm: sequence({
    management: managementContainer,
    situation: optional(situationContainer),
    location: optional(locationContainer),
    alacarte: optional(alacarteContainer),
  }),
});

/** A DENM as JSON, with the standard's names and units. What a later version added is under `...`, in hex. */
export type Denm = ValueOf<typeof DENM>;

/**
 * Encodes a DENM in unaligned PER.
 * @throws V2xError `field` naming the field, its value, and what it may be
 */
export function encodeDenm(message: Denm): Buffer {
  return encode('DENM', DENM, message);
}

/**
 * As `encodeDenm`, for JSON from outside.
 * @throws V2xError `field` naming the field, its value, and what it may be; `other-message` when it is no DENM of this
 * version
 */
export function encodeDenmJson(message: unknown): { readonly bytes: Buffer; readonly message: Denm } {
  const bytes = encodeJson('DENM', DENM, message);
  return { bytes, message: decodeDenm(bytes) };
}

/**
 * Decodes a DENM. Time and memory are bounded by its length, whatever the bytes are.
 * @throws V2xError `other-message` when the header says that it is none, or of another version; `malformed` naming the
 *   field where the bytes make no sense
 */
export function decodeDenm(bytes: Uint8Array): Denm {
  // The first two octets are the version and the kind of any ITS message (TS 102 894-2, ItsPduHeader).
  if (bytes.length < 2) throw new V2xError('malformed', 'It is shorter than the header of a message');
  const [version, kind] = bytes;
  if (kind !== DENM_MESSAGE_ID)
    throw new V2xError('other-message', `It is no DENM: its messageID is ${kind}`);
  if (version !== PROTOCOL_VERSION)
    throw new V2xError(
      'other-message',
      `It is a DENM of protocol version ${version}; version ${PROTOCOL_VERSION} can be read`,
    );
  return decode('DENM', DENM, bytes);
}
