import { messageOf, V2xError } from '../../errors';
import { InvalidProperty, preview, toEvent, type IncidentEvent } from '../event';
import { isObject, parseJson, type JsonDocument } from './json';
import type { Complaint } from './json-explain';
import { LocatedError } from './located-error';
import { normalise, type Note } from './normalise';
import { REPLACEMENT } from './text';
import { machineZone, type Zone } from './time-zone';

/** Larger files are no events. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** What the file itself does not say. */
interface EventSource {
  /** The file's name, for messages. */
  readonly file: string;
  /** Id of an event that carries none. */
  readonly id: string;
  /** Time of an event that carries none, Unix seconds. */
  readonly ts: number;
  /** When the file was written, Unix seconds; default `ts`. */
  readonly written?: number;
  /** Default: the machine's. */
  readonly zone?: Zone;
}

/** An event as it is meant, and what its writer should correct. */
export interface ParsedEvent {
  readonly event: IncidentEvent;
  /** Their texts name file, line and column. */
  readonly notes: readonly Note[];
}

/**
 * Reads an event from the content of an event file. A property that is broken costs itself and a note, never the event.
 * @throws V2xError `incomplete` when the content ends too early and may still grow, `event` when it is no event;
 *   the message names file, line and column, `details` has them as `line` and `column`
 */
export function parseEvent(bytes: Uint8Array, source: EventSource): ParsedEvent {
  try {
    if (bytes.length > MAX_EVENT_BYTES) throw tooLarge(bytes.length);
    const document = parseJson(bytes);
    const { event, notes } = eventOf(document, source);
    return { event, notes: notes.map((note) => located(note, document, source.file)) };
  } catch (error) {
    throw inFile(source.file, error);
  }
}

function eventOf(document: JsonDocument, source: EventSource): ParsedEvent {
  const { damaged, complaint } = document;
  const value = onlyEntry(document.value);
  if (!isObject(value)) throw notAnObject(document);
  const written = { at: source.written ?? source.ts, zone: source.zone ?? machineZone };
  const { event: candidate, notes } = normalise(value, written);
  if (value !== document.value) notes.push(LISTED);
  if (complaint) notes.push(slip(complaint));
  if (damaged) notes.push(...dropDamaged(candidate));
  for (;;) {
    const found = lonePlace(candidate) ?? eventOrBroken(candidate, document, source);
    if ('event' in found) return { event: found.event, notes };
    Reflect.deleteProperty(candidate, found.property);
    notes.push(found);
  }
}

const LISTED: Note = {
  property: '',
  kind: 'list',
  text: 'the event is in a list; it is accepted because it is the only one there',
};

/** What a list of one holds; anything else as it is. */
function onlyEntry(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

/** Bytes of another encoding in a text cost the text. */
function dropDamaged(event: Record<string, unknown>): Note[] {
  const damaged = Object.keys(event).filter((name) => {
    const value = event[name];
    return name.includes(REPLACEMENT) || (typeof value === 'string' && value.includes(REPLACEMENT));
  });
  return damaged.map((property) => {
    Reflect.deleteProperty(event, property);
    return {
      property,
      kind: 'bytes',
      text: `${preview(property)} contains bytes that are not UTF-8; it is left out`,
    };
  });
}

/** A latitude without a longitude is no place, and the other way round. */
function lonePlace(event: Record<string, unknown>): Note | undefined {
  const [lat, lon] = [Object.hasOwn(event, 'lat'), Object.hasOwn(event, 'lon')];
  if (lat === lon) return undefined;
  const [property, other] = lat ? ['lat', 'lon'] : ['lon', 'lat'];
  const text = `"${property}" has no usable "${other}" beside it; it is left out`;
  return { property, kind: 'pair', text };
}

/**
 * The event, or the optional property that the schema does not take.
 * @throws V2xError `event`, with line and column, when it is no event without that property either
 */
function eventOrBroken(
  candidate: Record<string, unknown>,
  document: JsonDocument,
  source: EventSource,
): { readonly event: IncidentEvent } | Note {
  try {
    return { event: toEvent(candidate, source) };
  } catch (error) {
    if (!(error instanceof InvalidProperty)) throw error;
    const { property, rule, problem } = error;
    if (property === 'type' || !Object.hasOwn(candidate, property))
      throw new LocatedError('event', problem, document.locate(property), { cause: error });
    return { property, kind: rule, text: `${problem}; it is left out` };
  }
}

function notAnObject({ value, locate }: JsonDocument): LocatedError {
  const kind = Array.isArray(value) ? 'an array' : preview(value);
  return new LocatedError('event', `the event must be an object, not ${kind}`, locate(''));
}

function slip({ reason, line, column }: Complaint): Note {
  const text = `line ${line}, column ${column}: ${reason}`;
  return { property: '', kind: reason, text: `${text}; it is read as probably meant` };
}

function located(note: Note, { locate }: JsonDocument, file: string): Note {
  const position = note.property === '' ? undefined : locate(note.property);
  const error = new LocatedError('event', note.text, position);
  return { ...note, text: messageOf(inFile(file, error)) };
}

/** @param bytes size of the file */
export function tooLarge(bytes: number): V2xError {
  return new V2xError('event', `the file has ${bytes} bytes; an event has at most ${MAX_EVENT_BYTES}`, {
    bytes,
  });
}

/** The same error with file, line and column in its message. */
export function inFile<Thrown>(file: string, error: Thrown): Thrown | V2xError {
  if (!(error instanceof V2xError)) return error;
  const position = error instanceof LocatedError ? error.position : undefined;
  const place = position ? `, line ${position.line}, column ${position.column}` : '';
  const text = `${printable(file)}${place}: ${error.message}`;
  return new LocatedError(error.code, text, position, { cause: error });
}

/** A file name as it may stand in a message: control characters escaped. */
function printable(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}
