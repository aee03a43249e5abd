import { bitString, enumerated, integer, optional, sequence, sequenceOf } from '../per/types';
import {
  actionID,
  causeCode,
  closedLanes,
  dangerousGoodsExtended,
  deltaReferencePosition,
  itineraryPath,
  stationType,
  vehicleIdentification,
} from './dictionary';

const impactReduction = sequence({
  heightLonCarrLeft: integer(1, 100),
  heightLonCarrRight: integer(1, 100),
  posLonCarrLeft: integer(1, 127),
  posLonCarrRight: integer(1, 127),
  positionOfPillars: sequenceOf(integer(1, 30), { min: 1, max: 3, extensible: true }),
  posCentMass: integer(1, 63),
  wheelBaseVehicle: integer(1, 127),
  turningRadius: integer(1, 255),
  posFrontAx: integer(1, 20),
  positionOfOccupants: bitString(20),
  vehicleMass: integer(1, 1024),
  requestResponseIndication: enumerated(['request', 'response']),
});

const roadWorks = sequence({
  lightBarSirenInUse: optional(bitString(2)),
  closedLanes: optional(closedLanes),
  restriction: optional(sequenceOf(stationType, { min: 1, max: 3, extensible: true })),
  /** km/h */
  speedLimit: optional(integer(1, 255)),
  incidentIndication: optional(causeCode),
  recommendedPath: optional(itineraryPath),
  startingPointSpeedLimit: optional(deltaReferencePosition),
  trafficFlowRule: optional(
    enumerated(['noPassing', 'noPassingForTrucks', 'passToRight', 'passToLeft'], { extensible: true }),
  ),
  referenceDenms: optional(sequenceOf(actionID, { min: 1, max: 8, extensible: true })),
});

const stationaryVehicle = sequence({
  stationarySince: optional(
    enumerated(['lessThan1Minute', 'lessThan2Minutes', 'lessThan15Minutes', 'equalOrGreater15Minutes']),
  ),
  stationaryCause: optional(causeCode),
  carryingDangerousGoods: optional(dangerousGoodsExtended),
  numberOfOccupants: optional(integer(0, 127)),
  vehicleIdentification: optional(vehicleIdentification),
  energyStorageType: optional(bitString(7)),
});

/** What a DENM says of particular kinds of event: EN 302 637-3 V1.3.1 Annex A, AlacarteContainer. */
export const alacarteContainer = sequence(
  {
    lanePosition: optional(integer(-1, 14)),
    impactReduction: optional(impactReduction),
    /** Degrees Celsius. */
    externalTemperature: optional(integer(-60, 67)),
    roadWorks: optional(roadWorks),
    positioningSolution: optional(
      enumerated(['noPositioningSolution', 'sGNSS', 'dGNSS', 'sGNSSplusDR', 'dGNSSplusDR', 'dR'], {
        extensible: true,
      }),
    ),
    stationaryVehicle: optional(stationaryVehicle),
  },
  { extensible: true },
);
