import { explainJson, locateProperty, positionAt, type Complaint, type Position } from './json-explain';
import { LocatedError } from './located-error';
import { decodeText } from './text';

/** An event has a dozen flat properties; deeper and larger documents only cost time. */
const MAX_DEPTH = 16;
const MAX_COMMAS = 1000;

/** A whole JSON document and where its parts stand. */
export interface JsonDocument {
  readonly value: unknown;
  /** Bytes that are not UTF-8 were replaced by U+FFFD. */
  readonly damaged: boolean;
  /** In what the text breaks the rules of JSON, though its meaning is plain. */
  readonly complaint: Complaint | undefined;
  /** Where the value of a property of the top-level object begins, or the document when there is no such property. */
  locate: (property: string) => Position;
}

/**
 * Parses a JSON document (RFC 8259) of bounded depth in UTF-8 or UTF-16. Slips of writers whose meaning is plain are
 * read as they are meant: see `withDoubleQuotes` and `mended`. Of a key that is there twice the last one counts, as in most parsers.
 * @throws LocatedError `incomplete` when it ends before the document does, so that more bytes may make it whole;
 *   `event` when no more bytes can
 */
export function parseJson(bytes: Uint8Array): JsonDocument {
  const { text: given, damaged } = decodeText(bytes);
  const text = BEGINS_AS_PYTHON.test(given) ? withDoubleQuotes(given) : given;
  const { open, members } = scan(text);
  if (open !== undefined) throw endsTooEarly(text, open);
  const strict = tryParse(text);
  const readable = strict ? text : mended(text);
  const parsed = strict ?? tryParse(readable);
  if (!parsed) throw wrong(explainJson(text) ?? { reason: 'this is not JSON', line: 1, column: 1 });
  const { value } = parsed;
  const doubtful = !strict || (isObject(value) && Object.keys(value).length < members);
  return {
    value,
    damaged,
    complaint: doubtful || text !== given ? explainJson(given) : undefined,
    locate: (property) => locateProperty(readable, property),
  };
}

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In a box, since JSON may be just `null`. */
function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** What Python prints of a dict: its strings are in single quotes unless they hold one. */
const BEGINS_AS_PYTHON = /^\s*(?:\[\s*)?\{\s*'/;

/** Strings in either quotes; the last one may not have its end yet. */
const QUOTED = /"(?:[^"\\]|\\[^])*"?|'((?:[^'\\]|\\[^])*)('?)/g;

/** Rewrites strings in single quotes. */
function withDoubleQuotes(text: string): string {
  return text.replace(QUOTED, (string, inner: string | undefined, end: string) => {
    if (inner === undefined) return string;
    const escaping = inner.replace(/\\[^]|"/g, (found) => {
      if (found === "\\'") return "'";
      return found === '"' ? '\\"' : found;
    });
    return `"${escaping}${end === '' ? '' : '"'}`;
  });
}

/** In JSON that is put together by hand: strings, which stay; commas too many; missing values; words of other languages. */
const SLIPS =
  /"(?:[^"\\]|\\[^])*"|,(?=\s*[}\]])|(?=[,}])(?<=:\s*)|[+-]?\b(?:NaN|nan|Infinity|inf|None|undefined|True|False)\b/g;

const WORDS: Readonly<Record<string, string>> = { ',': '', True: 'true', False: 'false' };

/**
 * Rewrites what writers without a JSON library get wrong, though what they mean is plain: a comma behind the last
 * value, a value that is missing, `NaN` and `None` (read as null), `True` and `False`, line breaks and single
 * backslashes in strings.
 */
function mended(text: string): string {
  return text.replace(SLIPS, (slip) => (slip.startsWith('"') ? escaped(slip) : (WORDS[slip] ?? 'null')));
}

function escaped(string: string): string {
  return string
    .replace(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|)/g, (escape) => (escape === '\\' ? '\\\\' : escape))
    .replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}

/**
 * Goes over brackets and strings without recursion, before anything that recurses.
 * @returns `open`: offset of the innermost string, object or array that has no end yet; the text's length when
 *   there is nothing but white space; undefined when everything is closed. `members`: how many the top-level object has
 */
function scan(text: string): { readonly open: number | undefined; readonly members: number } {
  const brackets: number[] = [];
  let commas = 0;
  let members = 0;
  for (let offset = 0; offset < text.length; offset += 1) {
    const char = text[offset];
    if (char === '"') {
      const end = endOfString(text, offset);
      if (end === undefined) return { open: offset, members };
      offset = end;
    } else if (char === '{' || char === '[') brackets.push(offset);
    else if (char === '}' || char === ']') brackets.pop();
    else if (char === ':' && brackets.length === 1) members += 1;
    else if (char === ',') commas += 1;
    if (brackets.length > MAX_DEPTH)
      throw wrong({ reason: `nested deeper than ${MAX_DEPTH} levels`, ...positionAt(text, offset) });
    if (commas > MAX_COMMAS)
      throw wrong({ reason: `more than ${MAX_COMMAS} values`, ...positionAt(text, offset) });
  }
  return { open: brackets.at(-1) ?? (text.trim() === '' ? text.length : undefined), members };
}

function endOfString(text: string, start: number): number | undefined {
  for (let offset = start + 1; offset < text.length; offset += 1) {
    if (text[offset] === '\\') offset += 1;
    else if (text[offset] === '"') return offset;
  }
  return undefined;
}

function endsTooEarly(text: string, open: number): LocatedError {
  const position = positionAt(text, open);
  if (open === text.length) return new LocatedError('incomplete', 'the file is empty', position);
  const what = text[open] === '"' ? 'a string' : text[open] === '{' ? 'an object' : 'an array';
  return new LocatedError('incomplete', `${what} starts here and never ends`, position);
}

function wrong({ reason, ...position }: Complaint): LocatedError {
  return new LocatedError('event', reason, position);
}
