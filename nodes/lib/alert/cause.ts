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
  ['unknown', UNKNOWN],
]);

/** The cause of an event type. */
export function causeOf(type: string): Cause {
  return CAUSES.get(type) ?? UNKNOWN;
}

/**
 * How sure the detector is, as ETSI's InformationQuality (TS 102 894-2): 0 unavailable, 1 lowest to 7 highest.
 * @param confidence 0 to 1; undefined when the detector does not say
 */
export function informationQuality(confidence: number | undefined): number {
  return confidence === undefined ? 0 : 1 + Math.round(Math.min(Math.max(confidence, 0), 1) * 6);
}
