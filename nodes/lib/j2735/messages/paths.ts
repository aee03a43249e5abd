import { choice, enumerated, integer, optional, sequence, sequenceOf, type AsnType } from '../../per/types';
import { Heading, Latitude, Longitude, Regional, RegionalExtension, Velocity } from './elements';

// How a message draws a road: as nodes at distances from each other (SAE J2735, DF_OffsetSystem).

/** What a node says of itself; by number where it is not worth a name here (DE_NodeAttributeXY, DE_NodeAttributeLL). */
const NodeAttribute = enumerated(
  [
    'reserved',
    'stopLine',
    'roundedCapStyleA',
    'roundedCapStyleB',
    'mergePoint',
    'divergePoint',
    'downstreamStopLine',
    'downstreamStartNode',
    'closedToTraffic',
    'safeIsland',
    'curbPresentAtStepOff',
    'hydrantPresent',
  ],
  { extensible: true },
);

/** What holds from a node on (DE_SegmentAttributeXY, DE_SegmentAttributeLL). */
const SegmentAttribute = enumerated(
  [
    'reserved',
    'doNotBlock',
    'whiteLine',
    'mergingLaneLeft',
    'mergingLaneRight',
    'curbOnLeft',
    'curbOnRight',
    'loadingzoneOnLeft',
    'loadingzoneOnRight',
    'turnOutPointOnLeft',
    'turnOutPointOnRight',
    'adjacentParkingOnLeft',
    'adjacentParkingOnRight',
    'adjacentBikeLaneOnLeft',
    'adjacentBikeLaneOnRight',
    'sharedBikeLane',
    'bikeBoxInFront',
    'transitStopOnLeft',
    'transitStopOnRight',
    'transitStopInLane',
    'sharedWithTrackedVehicle',
    'safeIsland',
    'lowCurbsPresent',
    'rumbleStripPresent',
    'audibleSignalingPresent',
    'adaptiveTimingPresent',
    'rfSignalRequestPresent',
    'partialCurbIntrusion',
    'taperToLeft',
    'taperToRight',
    'taperToCenterLine',
    'parallelParking',
    'headInParking',
    'freeParking',
    'timeRestrictionsOnParking',
    'costToPark',
    'midBlockCurbPresent',
    'unEvenPavementPresent',
  ],
  { extensible: true },
);

const SpeedLimit = sequence({
  type: enumerated(
    [
      'unknown',
      'maxSpeedInSchoolZone',
      'maxSpeedInSchoolZoneWhenChildrenArePresent',
      'maxSpeedInConstructionZone',
      'vehicleMinSpeed',
      'vehicleMaxSpeed',
      'vehicleNightMaxSpeed',
      'truckMinSpeed',
      'truckMaxSpeed',
      'truckNightMaxSpeed',
      'vehiclesWithTrailersMinSpeed',
      'vehiclesWithTrailersMaxSpeed',
      'vehiclesWithTrailersNightMaxSpeed',
    ],
    { extensible: true },
  ),
  speed: Velocity,
});

/** DF_LaneDataAttribute */
const LaneDataAttribute = choice(
  {
    pathEndPointAngle: integer(-150, 150),
    laneCrownPointCenter: integer(-128, 127),
    laneCrownPointLeft: integer(-128, 127),
    laneCrownPointRight: integer(-128, 127),
    laneAngle: integer(-180, 180),
    speedLimits: sequenceOf(SpeedLimit, { min: 1, max: 9 }),
    regional: Regional,
  },
  { extensible: true },
);

const upTo8 = { min: 1, max: 8 };

/** DF_NodeAttributeSetXY, DF_NodeAttributeSetLL; widths and elevations in centimetres and decimetres */
const NodeAttributeSet = sequence(
  {
    localNode: optional(sequenceOf(NodeAttribute, upTo8)),
    disabled: optional(sequenceOf(SegmentAttribute, upTo8)),
    enabled: optional(sequenceOf(SegmentAttribute, upTo8)),
    data: optional(sequenceOf(LaneDataAttribute, upTo8)),
    dWidth: optional(signed(10)),
    dElevation: optional(signed(10)),
    regional: optional(Regional),
  },
  { extensible: true },
);

const absolute = sequence({ lon: Longitude, lat: Latitude });

/** Centimetres east and north of the node before (DF_NodeOffsetPointXY). */
const NodeOffsetPointXY = choice({
  'node-XY1': offset('x', 'y', 10),
  'node-XY2': offset('x', 'y', 11),
  'node-XY3': offset('x', 'y', 12),
  'node-XY4': offset('x', 'y', 13),
  'node-XY5': offset('x', 'y', 14),
  'node-XY6': offset('x', 'y', 16),
  'node-LatLon': absolute,
  regional: RegionalExtension,
});

/** Tenths of a microdegree from the node before (DF_NodeOffsetPointLL). */
const NodeOffsetPointLL = choice({
  'node-LL1': offset('lon', 'lat', 12),
  'node-LL2': offset('lon', 'lat', 14),
  'node-LL3': offset('lon', 'lat', 16),
  'node-LL4': offset('lon', 'lat', 18),
  'node-LL5': offset('lon', 'lat', 22),
  'node-LL6': offset('lon', 'lat', 24),
  'node-LatLon': absolute,
  regional: RegionalExtension,
});

/** As another lane, shifted (DF_ComputedLane). */
const ComputedLane = sequence(
  {
    referenceLaneId: integer(0, 255),
    offsetXaxis: choice({ small: integer(-2047, 2047), large: integer(-32_767, 32_767) }),
    offsetYaxis: choice({ small: integer(-2047, 2047), large: integer(-32_767, 32_767) }),
    rotateXY: optional(Heading),
    scaleXaxis: optional(signed(12)),
    scaleYaxis: optional(signed(12)),
    regional: optional(Regional),
  },
  { extensible: true },
);

export const NodeListXY = choice(
  { nodes: nodesOf(NodeOffsetPointXY), computed: ComputedLane },
  { extensible: true },
);

const NodeListLL = choice({ nodes: nodesOf(NodeOffsetPointLL) }, { extensible: true });

/** Distances are multiplied by 2 to the power of this (DE_Zoom). */
export const Zoom = integer(0, 15);

/** DF_OffsetSystem */
export const OffsetSystem = sequence({
  scale: optional(Zoom),
  offset: choice({ xy: NodeListXY, ll: NodeListLL }),
});

/** A whole number of so many bits, with its sign. */
export function signed(bits: number) {
  return integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1);
}

function offset<const A extends string, const B extends string>(first: A, second: B, bits: number) {
  const fields = { [first]: signed(bits), [second]: signed(bits) };
  return sequence(fields as Record<A | B, ReturnType<typeof signed>>);
}

function nodesOf<const Delta extends AsnType>(delta: Delta) {
  const node = sequence({ delta, attributes: optional(NodeAttributeSet) }, { extensible: true });
  return sequenceOf(node, { min: 2, max: 63 });
}
