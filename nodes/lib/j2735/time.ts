import type { DDateTime } from './messages/elements';

/** DE_MinuteOfTheYear: unavailable */
const NO_MINUTE = 527_040;

/**
 * Minutes since the year began in UTC, 0 to 527,039 (SAE J2735, DE_MinuteOfTheYear).
 * @param seconds Unix time
 */
export function minuteOfYear(seconds: number): number {
  return Math.floor((seconds - startOfYear(yearOf(seconds))) / 60);
}

/** The year in UTC, as DE_DYear has it. */
export function yearOf(seconds: number): number {
  return dateOf(seconds).getUTCFullYear();
}

/**
 * When a minute of a year began, Unix seconds.
 * @param year where the message says so; otherwise the year that brings it next to `now`
 * @returns undefined when the minute is unavailable, or lies before 1970
 */
export function timeOfMinute(minute: number | undefined, now: number, year?: number): number | undefined {
  if (minute === undefined || minute === NO_MINUTE) return undefined;
  if (year !== undefined && year > 0) return sinceEpoch(startOfYear(year) + minute * 60);
  const [nearest] = [-1, 0, 1]
    .map((step) => startOfYear(yearOf(now) + step) + minute * 60)
    .sort((a, b) => Math.abs(a - now) - Math.abs(b - now));
  return nearest;
}

/** A moment in UTC to the millisecond (SAE J2735, DF_DDateTime: `second` counts milliseconds). */
export function dateTimeOf(seconds: number): DDateTime {
  const date = dateOf(seconds);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds() * 1000 + date.getUTCMilliseconds(),
  };
}

/**
 * Unix seconds of a moment; `offset` counts the minutes that its zone is ahead of UTC.
 * @returns undefined unless date, hour and minute are there, or before 1970; an unavailable second counts as 0
 */
export function timeOfDate(date: DDateTime | undefined): number | undefined {
  const { year = 0, month = 0, day = 0, hour = 31, minute = 60, second = 0, offset = 0 } = date ?? {};
  if (year === 0 || month === 0 || day === 0 || hour > 24 || minute > 59) return undefined;
  // A leap second is within DE_DSecond; more is reserved or unavailable.
  const milliseconds = second <= 60_999 ? second : 0;
  return sinceEpoch(Date.UTC(year, month - 1, day, hour, minute - offset, 0, milliseconds) / 1000);
}

function dateOf(seconds: number): Date {
  return new Date(Math.round(seconds * 1000));
}

/** A message about a time before 1970 does not know its time; Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function sinceEpoch(seconds: number): number | undefined {
  return seconds >= 0 ? seconds : undefined;
}

function startOfYear(year: number): number {
  return Date.UTC(year, 0) / 1000;
}
