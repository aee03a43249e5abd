/** 2004-01-01T00:00:00Z, from which ITS time counts, in milliseconds of Unix time. */
const ITS_EPOCH_MS = 1_072_915_200_000;

/** ITS time counts leap seconds (TAI), Unix time does not: five since 2004, the last one at the end of 2016. */
const LEAP_SECONDS_MS = 5000;

/**
 * Milliseconds since the start of 2004, as TimestampIts of ETSI TS 102 894-2 counts them. Right from 2017 on.
 * @param seconds Unix time
 */
export function toItsTime(seconds: number): number {
  return Math.round(seconds * 1000) - ITS_EPOCH_MS + LEAP_SECONDS_MS;
}

/** Unix time in seconds of a TimestampIts. */
export function fromItsTime(milliseconds: number): number {
  return (milliseconds + ITS_EPOCH_MS - LEAP_SECONDS_MS) / 1000;
}
