import { messageOf, V2xError } from '../errors';
import { toEvent, type IncidentEvent } from './event';
import { parseJson, type JsonDocument, type Position } from './json';

/** Larger files are no events. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** What the file itself does not say. */
export interface EventSource {
  /** The file's name, for messages. */
  readonly file: string;
  /** Id of an event that carries none. */
  readonly id: string;
  /** Time of an event that carries none, Unix seconds. */
  readonly ts: number;
}

/**
 * Reads an event from the content of an event file.
 * @throws V2xError `incomplete` when the content ends too early and may still grow, `event` when it is no event;
 *   the message names file, line and column, `details` has them as `line` and `column`
 */
export function parseEvent(bytes: Uint8Array, { file, id, ts }: EventSource): IncidentEvent {
  try {
    if (bytes.length > MAX_EVENT_BYTES) throw tooLarge(bytes.length);
    return eventOf(parseJson(bytes), { id, ts });
  } catch (error) {
    throw inFile(file, error);
  }
}

function eventOf({ value, locate }: JsonDocument, defaults: { id: string; ts: number }): IncidentEvent {
  try {
    return toEvent(value, defaults);
  } catch (error) {
    if (!(error instanceof V2xError)) throw error;
    const position = locate(String(error.details.property));
    throw new V2xError(error.code, error.message, { ...error.details, ...position }, { cause: error });
  }
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
  const { line, column } = error.details as Partial<Position>;
  const place = line && column ? `, line ${line}, column ${column}` : '';
  const text = `${printable(file)}${place}: ${messageOf(error)}`;
  return new V2xError(error.code, text, { ...error.details, file }, { cause: error });
}

/** A file name as it may stand in a message: control characters escaped. */
function printable(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}
