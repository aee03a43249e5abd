import {
  boolean,
  enumerated,
  ia5String,
  integer,
  numericString,
  optional,
  sequence,
  sequenceOf,
  utf8String,
  bitString,
} from '../per/types';
import { TRAFFIC_DIRECTIONS } from './choices';

// What a DENM takes from the common data dictionary, ETSI TS 102 894-2 V1.3.1 Annex A. Types that Release 2 renamed
// (CauseCodeV2, Wgs84Angle, Path) have the same bits.

/** A field of a position that is not known. */
export const UNAVAILABLE = {
  latitude: 900_000_001,
  longitude: 1_800_000_001,
  semiAxis: 4095,
  orientation: 3601,
  altitude: 800_001,
  confidence: 127,
} as const;

/** Of the originating station: 15 is a roadside unit. */
export const stationType = integer(0, 255);
export const stationID = integer(0, 2 ** 32 - 1);
/** Milliseconds since the start of 2004. */
export const timestampIts = integer(0, 2 ** 42 - 1);

export const itsPduHeader = sequence({
  protocolVersion: integer(0, 255),
  messageID: integer(0, 255),
  stationID,
});

export const actionID = sequence({ originatingStationID: stationID, sequenceNumber: integer(0, 65_535) });

export const causeCode = sequence(
  { causeCode: integer(0, 255), subCauseCode: integer(0, 255) },
  { extensible: true },
);
/** 0 unavailable, 1 lowest to 7 highest. */
export const informationQuality = integer(0, 7);

/** Degrees in steps of 1e-7; lengths in cm. */
export const referencePosition = sequence({
  latitude: integer(-900_000_000, UNAVAILABLE.latitude),
  longitude: integer(-1_800_000_000, UNAVAILABLE.longitude),
  positionConfidenceEllipse: sequence({
    semiMajorConfidence: integer(0, UNAVAILABLE.semiAxis),
    semiMinorConfidence: integer(0, UNAVAILABLE.semiAxis),
    semiMajorOrientation: integer(0, UNAVAILABLE.orientation),
  }),
  altitude: sequence({
    altitudeValue: integer(-100_000, UNAVAILABLE.altitude),
    altitudeConfidence: enumerated([
      'alt-000-01',
      'alt-000-02',
      'alt-000-05',
      'alt-000-10',
      'alt-000-20',
      'alt-000-50',
      'alt-001-00',
      'alt-002-00',
      'alt-005-00',
      'alt-010-00',
      'alt-020-00',
      'alt-050-00',
      'alt-100-00',
      'alt-200-00',
      'outOfRange',
      'unavailable',
    ]),
  }),
});

export const deltaReferencePosition = sequence({
  deltaLatitude: integer(-131_071, 131_072),
  deltaLongitude: integer(-131_071, 131_072),
  deltaAltitude: integer(-12_700, 12_800),
});

/** Units of 10 ms into the past. */
const pathDeltaTime = integer(1, 65_535, { extensible: true });

const pathPoint = sequence({ pathPosition: deltaReferencePosition, pathDeltaTime: optional(pathDeltaTime) });
/** The ways on which traffic comes to the event, nearest point first. */
export const traces = sequenceOf(sequenceOf(pathPoint, { min: 0, max: 40 }), { min: 1, max: 7 });

export const eventHistory = sequenceOf(
  sequence({
    eventPosition: deltaReferencePosition,
    eventDeltaTime: optional(pathDeltaTime),
    informationQuality,
  }),
  { min: 1, max: 23 },
);

export const itineraryPath = sequenceOf(referencePosition, { min: 1, max: 40 });

/** Centimetres per second. */
export const speed = sequence({
  speedValue: integer(0, 16_383),
  speedConfidence: integer(1, UNAVAILABLE.confidence),
});
/** Tenths of a degree, clockwise from north. */
export const heading = sequence({
  headingValue: integer(0, UNAVAILABLE.orientation),
  headingConfidence: integer(1, UNAVAILABLE.confidence),
});

export const roadType = enumerated([
  'urban-NoStructuralSeparationToOppositeLanes',
  'urban-WithStructuralSeparationToOppositeLanes',
  'nonUrban-NoStructuralSeparationToOppositeLanes',
  'nonUrban-WithStructuralSeparationToOppositeLanes',
]);

/** How far from the event its warning matters: each word is an upper bound. */
export const relevanceDistance = enumerated([
  'lessThan50m',
  'lessThan100m',
  'lessThan200m',
  'lessThan500m',
  'lessThan1000m',
  'lessThan5km',
  'lessThan10km',
  'over10km',
]);

export const relevanceTrafficDirection = enumerated(TRAFFIC_DIRECTIONS);

const hardShoulderStatus = enumerated(['availableForStopping', 'closed', 'availableForDriving']);

export const closedLanes = sequence(
  {
    innerhardShoulderStatus: optional(hardShoulderStatus),
    outerhardShoulderStatus: optional(hardShoulderStatus),
    drivingLaneStatus: optional(bitString(1, 13)),
  },
  { extensible: true },
);

export const dangerousGoodsExtended = sequence(
  {
    dangerousGoodsType: enumerated([
      'explosives1',
      'explosives2',
      'explosives3',
      'explosives4',
      'explosives5',
      'explosives6',
      'flammableGases',
      'nonFlammableGases',
      'toxicGases',
      'flammableLiquids',
      'flammableSolids',
      'substancesLiableToSpontaneousCombustion',
      'substancesEmittingFlammableGasesUponContactWithWater',
      'oxidizingSubstances',
      'organicPeroxides',
      'toxicSubstances',
      'infectiousSubstances',
      'radioactiveMaterial',
      'corrosiveSubstances',
      'miscellaneousDangerousSubstances',
    ]),
    unNumber: integer(0, 9999),
    elevatedTemperature: boolean,
    tunnelsRestricted: boolean,
    limitedQuantity: boolean,
    emergencyActionCode: optional(ia5String({ min: 1, max: 24 })),
    phoneNumber: optional(numericString({ min: 1, max: 16 })),
    companyName: optional(utf8String),
  },
  { extensible: true },
);

export const vehicleIdentification = sequence(
  {
    wMInumber: optional(ia5String({ min: 1, max: 3 })),
    vDS: optional(ia5String({ min: 6, max: 6 })),
  },
  { extensible: true },
);
