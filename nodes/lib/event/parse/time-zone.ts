const MINUTE = 60;

/**
 * A writer with a wrong time zone writes its file this soon after the incident, in seconds. A time in the past may also
 * be that of a late report, which comes at any distance: such a time has to fit closely. One in the future cannot.
 */
const PROMPT = { past: MINUTE, future: 3 * MINUTE };
/** How far the clocks of a writer and of its disk may be apart, in seconds: an incident is not written before it happens. */
const CLOCK_SKEW = 5;

/** Offsets from UTC that are in use, in minutes, without their sign; and a place for each, for messages (IANA tz database). */
const PLACES: ReadonlyMap<number, string> = new Map([
  [60, 'Europe/Berlin'],
  [120, 'Europe/Athens'],
  [150, 'America/St_Johns'],
  [180, 'Europe/Istanbul'],
  [210, 'Asia/Tehran'],
  [240, 'America/Halifax'],
  [270, 'Asia/Kabul'],
  [300, 'America/New_York'],
  [330, 'Asia/Kolkata'],
  [345, 'Asia/Kathmandu'],
  [360, 'America/Chicago'],
  [390, 'Asia/Yangon'],
  [420, 'America/Denver'],
  [480, 'Asia/Shanghai'],
  [525, 'Australia/Eucla'],
  [540, 'Asia/Seoul'],
  [570, 'Australia/Darwin'],
  [600, 'Australia/Sydney'],
  [630, 'Australia/Lord_Howe'],
  [660, 'Pacific/Noumea'],
  [720, 'Pacific/Auckland'],
  [765, 'Pacific/Chatham'],
  [780, 'Pacific/Tongatapu'],
  [825, 'Pacific/Chatham'],
  [840, 'Pacific/Kiritimati'],
]);

/** The time zone of the machine. */
export interface Zone {
  readonly name: string;
  /** Its offset from UTC at a time (Unix seconds), in minutes; east is positive. */
  offset(at: number): number;
}

/** As the environment (TZ) or the system says. */
export const machineZone: Zone = {
  name: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  offset: (at) => -new Date(at * 1000).getTimezoneOffset(),
};

/**
 * The time zone by which a time is wrong, as when local time is taken for UTC or the other way round: without it, the
 * incident would have been written promptly. A late report that happens to come as late as a zone's offset, within a
 * minute, cannot be told from it; all others are.
 * @param ts the time in a file, Unix seconds
 * @param written when the file was written, Unix seconds
 * @returns hours from UTC and a place with that offset; undefined when no time zone is the reason
 */
export function zoneBetween(
  ts: number,
  written: number,
  zone: Zone,
): { readonly hours: number; readonly place: string } | undefined {
  const minutes = Math.round((ts - written) / (15 * MINUTE)) * 15;
  const place = PLACES.get(Math.abs(minutes));
  const delay = written - (ts - minutes * MINUTE);
  const prompt = minutes < 0 ? PROMPT.past : PROMPT.future;
  if (place === undefined || delay < -CLOCK_SKEW || delay > prompt) return undefined;
  const own = Math.abs(zone.offset(written)) === Math.abs(minutes);
  return { hours: minutes / 60, place: own ? zone.name : place };
}

/** ISO 8601 in its extended and basic form, also with a blank for `T` and slashes, as programs print it. */
const DATE_AND_TIME =
  /^(\d{4})[-/]?(\d\d)[-/]?(\d\d)[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;

/** A time that was written as text. */
interface TextTime {
  /** Unix seconds. */
  readonly ts: number;
  /** The zone that was assumed, since the text names none. */
  readonly assumed?: string;
}

/**
 * Reads a date and time (ISO 8601). One without a zone is in UTC or in the machine's zone: whichever is closer to the
 * time of writing.
 * @param written when it was written, Unix seconds
 * @returns undefined when the text is no such time
 */
export function parseTime(text: string, written: number, zone: Zone): TextTime | undefined {
  const parts: readonly (string | undefined)[] | null = DATE_AND_TIME.exec(text.trim());
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second = '00', fraction = '0', named] = parts;
  const digits = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const utc = Date.parse(`${digits}Z`) / 1000;
  // A day that does not exist becomes one of the next month.
  if (Number.isNaN(utc) || !new Date(utc * 1000).toISOString().startsWith(digits)) return undefined;
  const wall = utc + Number(`0.${fraction}`);
  if (named !== undefined) return { ts: wall - offsetOf(named) };
  const local = wall - zone.offset(utc - zone.offset(utc) * MINUTE) * MINUTE;
  const isLocal = Math.abs(local - written) < Math.abs(wall - written);
  return isLocal ? { ts: local, assumed: zone.name } : { ts: wall, assumed: 'UTC' };
}

/** @returns seconds east of UTC */
function offsetOf(zone: string): number {
  const digits = zone.replaceAll(/\D/g, '').padEnd(4, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * MINUTE;
  return zone.startsWith('-') ? -seconds : seconds;
}
