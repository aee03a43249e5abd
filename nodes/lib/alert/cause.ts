/** What happened, in the numbers of the ETSI Common Data Dictionary (TS 102 894-2, CauseCode). */
export interface Cause {
  readonly causeCode: number;
  readonly subCauseCode: number;
}

/** accident, without saying which */
const ACCIDENT: Cause = { causeCode: 2, subCauseCode: 0 };
const UNKNOWN = ACCIDENT;

/** The one table from event type to cause; a type that is not in it is treated as `unknown`. */
const CAUSES: ReadonlyMap<string, Cause> = new Map([
  ['collision', ACCIDENT],
  /** stationaryVehicle, vehicleOnFire */
  ['fire', { causeCode: 94, subCauseCode: 6 }],
  /** accident, heavyAccident */
  ['rollover', { causeCode: 2, subCauseCode: 2 }],
  /** impassability */
  ['blockage', { causeCode: 5, subCauseCode: 0 }],
  /** stationaryVehicle */
  ['stopped-vehicle', { causeCode: 94, subCauseCode: 0 }],
  /** wrongWayDriving */
  ['wrong-way', { causeCode: 14, subCauseCode: 0 }],
  /** humanPresenceOnTheRoad */
  ['pedestrian', { causeCode: 12, subCauseCode: 0 }],
  /** dangerousEndOfQueue */
  ['queue', { causeCode: 27, subCauseCode: 0 }],
  /** hazardousLocation-ObstacleOnTheRoad */
  ['obstacle', { causeCode: 10, subCauseCode: 0 }],
  ['unknown', UNKNOWN],
]);

/** The cause of an event type. */
export function causeOf(type: string): Cause {
  return CAUSES.get(type) ?? UNKNOWN;
}

/** The event type of a cause: of the exact one, or else of its causeCode; undefined when no type means that. */
export function typeOfCause({ causeCode, subCauseCode }: Cause): string | undefined {
  const like = [...CAUSES].filter(([, cause]) => cause.causeCode === causeCode);
  const exact = like.find(([, cause]) => cause.subCauseCode === subCauseCode);
  const general = like.find(([, cause]) => cause.subCauseCode === 0);
  return (exact ?? general)?.[0];
}

/**
 * How sure the detector is, as ETSI's InformationQuality (TS 102 894-2): 0 unavailable, 1 lowest to 7 highest.
 * @param confidence 0 to 1; undefined when the detector does not say
 */
export function informationQuality(confidence: number | undefined): number {
  return confidence === undefined ? 0 : 1 + Math.round(Math.min(Math.max(confidence, 0), 1) * 6);
}

/** The confidence that an InformationQuality stands for, 0 to 1; undefined when it is unavailable. */
export function confidenceOf(quality: number): number | undefined {
  return quality === 0 ? undefined : Number(((quality - 1) / 6).toFixed(3));
}
