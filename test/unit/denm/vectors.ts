import { existsSync, readFileSync } from 'node:fs';
import type { TrafficDirection } from '../../../nodes/lib/denm/choices';
import { placeOf } from '../../../nodes/lib/denm/from-alert';
import type { Denm } from '../../../nodes/lib/denm/message';
import type { RelevanceDistance } from '../../../nodes/lib/denm/relevance';

/** A DENM that asn1c made from ETSI's modules of EN 302 637-3 V1.3.1, and that tshark read as what it is. */
export interface Vector {
  readonly name: string;
  readonly fields: {
    readonly stationId: number;
    readonly sequence: number;
    readonly termination: 'cancellation' | 'negation' | null;
    readonly latitudeDeg: number;
    readonly longitudeDeg: number;
    readonly relevanceDistance: RelevanceDistance | null;
    readonly relevanceTrafficDirection: TrafficDirection | null;
    readonly validityDurationS: number;
    readonly transmissionIntervalMs: number | null;
    readonly stationType: number;
    readonly informationQuality: number | null;
    readonly causeCode: number | null;
    readonly subCauseCode: number | null;
    readonly traces: [] | null;
    readonly detectionTimeMs: number;
    readonly referenceTimeMs: number;
  };
  readonly timestampIts: { readonly detection: number; readonly reference: number };
  readonly uperHex: string;
}

const VECTORS_FILE = '../shared/interop/denm-vectors.json';
export const noVectors = existsSync(VECTORS_FILE) ? false : 'no ../shared/interop/denm-vectors.json';

/** All of them; none without ../shared. */
export function sharedVectors(): Vector[] {
  return noVectors === false ? (JSON.parse(readFileSync(VECTORS_FILE, 'utf8')) as Vector[]) : [];
}

/** The message of a vector. */
export function denmOfVector({ fields, timestampIts }: Vector): Denm {
  const { termination, relevanceDistance, relevanceTrafficDirection, transmissionIntervalMs } = fields;
  const { informationQuality, causeCode, subCauseCode } = fields;
  const stationID = fields.stationId;
  const terminations = { cancellation: 'isCancellation', negation: 'isNegation' } as const;
  return {
    header: { protocolVersion: 2, messageID: 1, stationID },
    denm: {
      management: {
        actionID: { originatingStationID: stationID, sequenceNumber: fields.sequence },
        detectionTime: timestampIts.detection,
        referenceTime: timestampIts.reference,
        ...(termination && { termination: terminations[termination] }),
        eventPosition: {
          ...placeOf({ lat: fields.latitudeDeg, lon: fields.longitudeDeg }),
          positionConfidenceEllipse: {
            semiMajorConfidence: 4095,
            semiMinorConfidence: 4095,
            semiMajorOrientation: 3601,
          },
          altitude: { altitudeValue: 800_001, altitudeConfidence: 'unavailable' },
        },
        ...(relevanceDistance && { relevanceDistance }),
        ...(relevanceTrafficDirection && { relevanceTrafficDirection }),
        validityDuration: fields.validityDurationS,
        ...(transmissionIntervalMs !== null && { transmissionInterval: transmissionIntervalMs }),
        stationType: fields.stationType,
      },
      ...(informationQuality !== null &&
        causeCode !== null &&
        subCauseCode !== null && {
          situation: { informationQuality, eventType: { causeCode, subCauseCode } },
        }),
      ...(fields.traces && { location: { traces: [[]] } }),
    },
  };
}

/** Some that the project carries itself. */
export const SAMPLES = {
  collision:
    '0201000dbc04c78006de02000514639e1ca3a518e78728ed2560cc77230155effffffe11dbba1f6800f03e70f0c0400000',
  fire: '0201000dbc05c78006de02800594639e1ca3a518e78728ed2560cc77230155effffffe11dbba1f6800f03e70f0cbc0c000',
  cancellation: '0201000003e90f800001f4800514639e1ca3a518e78ad26a92b0663b9180aaf7ffffff08eddd0fb400781f3878',
  negation: '0201000003e90f000001f4800614639e1ca3a518e78ca72e92b0663b9180aaf7ffffff08eddd0fb400781e',
  /** Its validityDuration is the default. */
  sparse: '0201000003e9c2000001f4800414639e1ca3a518e78728ed2560cc77230155effffffe11dbba1f83c32f030000',
} as const;
