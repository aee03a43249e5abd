import { preview } from '../event';
import { wordFrom } from '../id';
import { eventSchema, WORD } from '../schema';
import { meantProperty } from './spelling';
import { parseTime, zoneBetween, type Zone } from './time-zone';

/** Something about an event file that its writer should correct; the event goes out regardless. */
export interface Note {
  /** The property, as the file calls it; empty for the text as a whole. */
  readonly property: string;
  /** What is wrong, without the values: the same for each file of a writer. */
  readonly kind: string;
  readonly text: string;
  /** The event is not what its writer thinks: more than a slip. */
  readonly grave?: boolean;
}

/** What is known of a file beside its content. */
export interface Written {
  /** When it was written, Unix seconds. */
  readonly at: number;
  /** The time zone of the machine. */
  readonly zone: Zone;
}

/** What a value means where that is plain; the value itself otherwise, for the schema to judge. */
type Reading = (value: unknown, written: Written) => unknown;

const SEVERITIES = ['low', 'medium', 'high', 'critical'];

/** Words for the end of a warning. Any other unknown action warns: that is the safer way to be wrong. */
const CANCELS = new Set(
  [
    [
      'cancelled',
      'canceled',
      'cancellation',
      'end',
      'ended',
      'clear',
      'cleared',
      'all-clear',
      'close',
      'closed',
    ],
    [
      'delete',
      'deleted',
      'remove',
      'removed',
      'undo',
      'revoke',
      'revoked',
      'withdraw',
      'withdrawn',
      'retract',
    ],
    ['terminate', 'terminated', 'termination', 'negate', 'negation', 'resolve', 'resolved', 'over', 'finish'],
    ['finished', 'stop', 'stopped', '취소', '해제', '종료'],
  ].flat(),
);

const FLAGS: Readonly<Partial<Record<string, boolean>>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

const READINGS: Readonly<Partial<Record<string, Reading>>> = {
  ts: meantTime,
  type: (value) => meantType(value),
  severity: (value) => meantWord(value, SEVERITIES),
  lat: meantNumber,
  lon: meantNumber,
  road: meantText,
  distance_m: meantDistance,
  clip_hint: (value) => FLAGS[String(value).trim().toLowerCase()] ?? value,
  id: (value) => (typeof value === 'number' || typeof value === 'string' ? wordFrom(String(value)) : value),
  action: meantAction,
  confidence: meantShare,
  camera: (value) => (typeof value === 'number' ? String(value) : value),
};

/**
 * Reads what is plainly meant by an event that does not keep to the schema: names and words in another case, numbers as
 * text, times in other units, null for nothing. What is not plain stays as it is, for the schema to judge.
 * @returns the event and a note on each change; the value itself is not changed
 */
export function normalise(
  value: Readonly<Record<string, unknown>>,
  written: Written,
): { readonly event: Record<string, unknown>; readonly notes: Note[] } {
  const event = { ...value };
  const notes = takeMisspelt(event);
  for (const [property, reading] of Object.entries(READINGS)) {
    if (!Object.hasOwn(event, property)) continue;
    const given = event[property];
    const meant = given === null ? undefined : reading?.(given, written);
    if (Object.is(meant, given)) continue;
    // Without a type it is no event.
    if (meant === undefined && property === 'type') continue;
    if (meant === undefined) Reflect.deleteProperty(event, property);
    else event[property] = meant;
    notes.push(noteOn(property, given, meant, written));
  }
  correctTime(event, written, notes);
  return { event, notes };
}

function noteOn(property: string, given: unknown, meant: unknown, { at, zone }: Written): Note {
  if (meant === undefined) {
    const why = given === null ? 'is null' : `is ${preview(given)}, which is not a time in this century,`;
    return { property, kind: 'missing', text: `"${property}" ${why} and counts as missing` };
  }
  const assumed =
    property === 'ts' && typeof given === 'string' ? parseTime(given, at, zone)?.assumed : undefined;
  const why = assumed === undefined ? '' : `, because it has no time zone and ${assumed} is assumed`;
  return {
    property,
    kind: 'read',
    text: `"${property}" is ${preview(given)}; it is read as ${preview(meant)}${why}`,
  };
}

/** Names that are probably slips; where the right one is missing, the value is taken for it. */
function takeMisspelt(event: Record<string, unknown>): Note[] {
  const notes: Note[] = [];
  for (const property of Object.keys(event)) {
    const right = meantProperty(property);
    if (!right) continue;
    const taken = !Object.hasOwn(event, right);
    if (taken) {
      event[right] = event[property];
      Reflect.deleteProperty(event, property);
    }
    const consequence = taken ? `it is read as "${right}"` : 'it is ignored';
    const text = `${JSON.stringify(property)} is not a property of an event; "${right}" is probably meant, and ${consequence}`;
    notes.push({ property, kind: 'misspelt', text });
  }
  return notes;
}

/** Takes a time that is wrong by a time zone for what it is: the file's own time is right then. */
function correctTime(event: Record<string, unknown>, { at, zone }: Written, notes: Note[]): void {
  const ts = Number(event.ts);
  const wrong = event.ts === undefined ? undefined : zoneBetween(ts, at, zone);
  if (!wrong) return;
  event.ts = at;
  const hours = Math.abs(wrong.hours);
  const where = wrong.hours < 0 ? 'behind' : 'ahead of';
  notes.push({
    property: 'ts',
    kind: `zone ${wrong.hours}`,
    grave: true,
    text:
      `"ts" is ${hours} h ${where} the time at which the file was written (${new Date(at * 1000).toISOString()}). ` +
      `It is assumed that the time zone of ${wrong.place} was mistaken for UTC, or the other way round` +
      (wrong.hours < 0 ? ', and not that the report is late' : '') +
      `: the event goes out with the file's own time. Write Unix time, which has no time zone (date +%s, or ` +
      `time.time() in Python)`,
  });
}

/** @returns seconds for other units and for text; undefined for a clock that was not set, or that counts from its start */
function meantTime(value: unknown, written: Written): unknown {
  const time = meantSeconds(value, written);
  const isUnset = isTime(time) && Number(time) < CENTURY_BEGINS;
  return isUnset ? undefined : time;
}

/** Whether the schema takes a value as Unix time. */
function isTime(value: unknown): boolean {
  if (typeof value === 'string') return suitsTime(value);
  return typeof value === 'number' && value >= NUMBER_OF_SECONDS.minimum;
}

function meantSeconds(value: unknown, { at, zone }: Written): unknown {
  if (typeof value === 'string') {
    const text = value.trim();
    if (suitsTime(text)) return value === text ? value : text;
    const number = meantNumber(text);
    if (typeof number === 'number') return inSeconds(number);
    return parseTime(text, at, zone)?.ts ?? value;
  }
  return typeof value === 'number' ? inSeconds(value) : value;
}

const [NUMBER_OF_SECONDS, TEXT_OF_SECONDS] = eventSchema.properties.ts.anyOf;
/** 2000-01-01 and 2100-01-01, Unix seconds. */
const CENTURY_BEGINS = 946_684_800;
const CENTURY_ENDS = 4_102_444_800;
const SECONDS_AS_TEXT = new RegExp(TEXT_OF_SECONDS.pattern);

function suitsTime(text: string): boolean {
  return text.length <= TEXT_OF_SECONDS.maxLength && SECONDS_AS_TEXT.test(text);
}

/** Of milli-, micro- and nanoseconds, whichever makes a time of this century. */
function inSeconds(value: number): number {
  if (value <= NUMBER_OF_SECONDS.maximum) return value;
  const seconds = [1e3, 1e6, 1e9].map((unit) => value / unit).find((time) => time < CENTURY_ENDS);
  return seconds !== undefined && seconds > CENTURY_BEGINS ? seconds : value;
}

/** A number as text, also with a decimal comma. */
function meantNumber(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim().replace(/^([+-]?\d+),(\d+)$/, '$1.$2');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : value;
}

/** Also with its unit. */
function meantDistance(value: unknown): unknown {
  const found = typeof value === 'string' ? /^(.*\d)\s*(k?)(?:m|metres?|meters?)$/i.exec(value.trim()) : null;
  if (!found) return meantNumber(value);
  const number = meantNumber(found[1]);
  if (typeof number !== 'number') return value;
  return found[2] ? number * 1000 : number;
}

/** A share from 0 to 1; above that, per cent. */
function meantShare(value: unknown): unknown {
  const text = typeof value === 'string' ? value.trim() : undefined;
  const number = meantNumber(text?.replace(/\s*%$/, '') ?? value);
  if (typeof number !== 'number') return value;
  const perCent = text?.endsWith('%') ?? false;
  return perCent || (number >= 2 && number <= 100) ? number / 100 : number;
}

function meantAction(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  if (CANCELS.has(word)) return 'cancel';
  return word === 'updated' ? 'update' : word;
}

const IS_WORD = new RegExp(WORD);
const KNOWN_TYPES: readonly string[] = eventSchema.properties.type.examples;
/** What people call an incident in any language; no path, no markup. */
const IN_WORDS = /^[\p{L}\p{N}\ufffd][\p{L}\p{M}\p{N}\s.,:;()'"&+_!?#%/\ufffd-]*$/u;

/** Other words for the kinds of incidents. */
function meantType(value: unknown): unknown {
  const word = meantWord(value, KNOWN_TYPES);
  if (typeof word !== 'string' || suitsWord(word) || !IN_WORDS.test(word)) return word;
  return 'unknown';
}

function suitsWord(text: string): boolean {
  return text.length <= eventSchema.properties.type.maxLength && IS_WORD.test(text);
}

/** Known words in any case; blanks around a word go, those within it become `-`. */
function meantWord(value: unknown, known: readonly string[]): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().replaceAll(/\s+/g, '-');
  const lower = word.toLowerCase();
  return known.includes(lower) ? lower : word;
}

function meantText(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && /\p{Cc}/u.test(value)
    ? value.replaceAll(/\p{Cc}+/gu, ' ').trim()
    : value;
}
