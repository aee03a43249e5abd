import type { Denm } from '../../../nodes/lib/denm/message';

const eventPosition = {
  latitude: 373_901_000,
  longitude: 1_266_413_000,
  positionConfidenceEllipse: {
    semiMajorConfidence: 300,
    semiMinorConfidence: 200,
    semiMajorOrientation: 900,
  },
  altitude: { altitudeValue: 2500, altitudeConfidence: 'alt-002-00' },
} as const;

const delta = (north: number, east: number) => ({
  deltaLatitude: north,
  deltaLongitude: east,
  deltaAltitude: 12_800,
});

const goods = {
  dangerousGoodsType: 'flammableLiquids',
  unNumber: 1203,
  elevatedTemperature: false,
  tunnelsRestricted: true,
  limitedQuantity: false,
  emergencyActionCode: '3YE',
  phoneNumber: '0123 456789',
} as const;

/** A DENM that has everything a DENM can have, made up. */
const full = (carryingDangerousGoods: typeof goods & { companyName?: string }): Denm => ({
  header: { protocolVersion: 2, messageID: 1, stationID: 1001 },
  denm: {
    management: {
      actionID: { originatingStationID: 4_294_967_295, sequenceNumber: 65_535 },
      detectionTime: 722_000_000_000,
      referenceTime: 722_000_000_250,
      termination: 'isNegation',
      eventPosition,
      relevanceDistance: 'over10km',
      relevanceTrafficDirection: 'oppositeTraffic',
      validityDuration: 86_400,
      transmissionInterval: 10_000,
      stationType: 255,
    },
    situation: {
      informationQuality: 7,
      eventType: { causeCode: 3, subCauseCode: 4 },
      linkedCause: { causeCode: 94, subCauseCode: 255 },
      eventHistory: [
        { eventPosition: delta(-131_071, 131_072), eventDeltaTime: 1, informationQuality: 0 },
        { eventPosition: delta(0, -1), informationQuality: 7 },
      ],
    },
    location: {
      eventSpeed: { speedValue: 16_383, speedConfidence: 127 },
      eventPositionHeading: { headingValue: 3601, headingConfidence: 1 },
      traces: [
        [
          { pathPosition: delta(100, 200), pathDeltaTime: 65_535 },
          // Beyond the root of its range: an extension.
          { pathPosition: delta(101, 201), pathDeltaTime: 65_536 },
          { pathPosition: delta(102, 202), pathDeltaTime: -129 },
        ],
        [],
      ],
      roadType: 'nonUrban-WithStructuralSeparationToOppositeLanes',
    },
    alacarte: {
      lanePosition: -1,
      impactReduction: {
        heightLonCarrLeft: 1,
        heightLonCarrRight: 100,
        posLonCarrLeft: 127,
        posLonCarrRight: 1,
        positionOfPillars: [1, 30, 2, 3],
        posCentMass: 63,
        wheelBaseVehicle: 27,
        turningRadius: 255,
        posFrontAx: 20,
        positionOfOccupants: '10010000000000000001',
        vehicleMass: 1024,
        requestResponseIndication: 'response',
      },
      externalTemperature: -60,
      roadWorks: {
        lightBarSirenInUse: '10',
        closedLanes: {
          innerhardShoulderStatus: 'closed',
          outerhardShoulderStatus: 'availableForDriving',
          drivingLaneStatus: '1010',
        },
        restriction: [5, 8],
        speedLimit: 80,
        incidentIndication: { causeCode: 2, subCauseCode: 1 },
        recommendedPath: [eventPosition],
        startingPointSpeedLimit: delta(-5000, 5000),
        trafficFlowRule: 'passToLeft',
        referenceDenms: [{ originatingStationID: 7, sequenceNumber: 8 }],
      },
      positioningSolution: 'dR',
      stationaryVehicle: {
        stationarySince: 'equalOrGreater15Minutes',
        stationaryCause: { causeCode: 91, subCauseCode: 2 },
        carryingDangerousGoods,
        numberOfOccupants: 127,
        vehicleIdentification: { wMInumber: 'KMH', vDS: 'ABC123' },
        energyStorageType: '0000010',
      },
    },
  },
});

export const FULL = full({ ...goods, companyName: '한국 유조' });

/** Wireshark 4.0 takes the size of a UTF8String for one that PER can see (X.691 clause 10.3 says otherwise). */
export const FULL_FOR_WIRESHARK = full(goods);
