import {
  evaluate,
  parse,
  traverse,
  type AnyNode,
  type DocumentNode,
  type Location,
} from '@humanwhocodes/momoa';
import { codeOf, messageOf, V2xError } from '../errors';

/** An event has a dozen flat properties; deeper and larger documents only cost time. */
const MAX_DEPTH = 16;
const MAX_COMMAS = 1000;

/** What momoa's messages call by name. */
const TOKENS: Readonly<Record<string, string>> = {
  LBrace: '"{"',
  RBrace: '"}"',
  LBracket: '"["',
  RBracket: '"]"',
  Comma: '","',
  Colon: '":"',
};

/** Control characters, which JSON strings hold only escaped. */
const BELOW_SPACE = /[^ -\u{10ffff}]/u;

/** A place in a text: line and column count from 1, the column in characters (UTF-16 units). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A whole JSON document and where its parts stand. */
export interface JsonDocument {
  readonly value: unknown;
  /** Where a property of the top-level object begins, or the document itself when there is no such property. */
  locate: (property: string) => Position;
}

/**
 * Parses a JSON document (RFC 8259) in UTF-8, more strictly than the RFC demands: no duplicate keys, no numbers
 * beyond double precision, bounded depth.
 * @throws V2xError `incomplete` when it ends before the document does, so that more bytes may make it whole;
 *   `event` when no more bytes can; both with `line` and `column` in their details
 */
export function parseJson(bytes: Uint8Array): JsonDocument {
  const text = decode(bytes);
  const structure = scan(text);
  if (structure.open !== undefined) throw endsTooEarly(text, structure.open);
  if (Buffer.byteLength(text) !== bytes.length) throw notUtf8(bytes);
  const document = parseStrictly(text);
  refuseAmbiguities(document, text);
  return { value: evaluate(document), locate: (property) => locate(document, property) };
}

/** The text without a character at its end that is not whole yet. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16 || (bytes.length > 1 && (first === 0 || second === 0)))
    throw wrong('the text is UTF-16; write UTF-8', { line: 1, column: 1 });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text: string;
  try {
    text = decoder.decode(bytes, { stream: true });
  } catch (error) {
    if (codeOf(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw notUtf8(bytes);
  }
  if (text.startsWith('\ufeff'))
    throw wrong('the text begins with a byte order mark; write UTF-8 without one', { line: 1, column: 1 });
  return text;
}

function notUtf8(bytes: Uint8Array): V2xError {
  const readable = Buffer.from(bytes).toString('utf8');
  return wrong('a byte is not UTF-8; write UTF-8', positionAt(readable, readable.indexOf('\ufffd')));
}

/**
 * Goes over brackets and strings without recursion, before anything that recurses.
 * @returns `open`: offset of the innermost string, object or array that has no end yet; the text's length when
 *   there is nothing but white space; undefined when everything is closed
 */
function scan(text: string): { readonly open: number | undefined } {
  const brackets: number[] = [];
  let commas = 0;
  for (let offset = 0; offset < text.length; offset += 1) {
    const char = text[offset];
    if (char === '"') {
      const end = endOfString(text, offset);
      if (end === undefined) return { open: offset };
      offset = end;
    } else if (char === '{' || char === '[') brackets.push(offset);
    else if (char === '}' || char === ']') brackets.pop();
    else if (char === ',') commas += 1;
    if (brackets.length > MAX_DEPTH)
      throw wrong(`nested deeper than ${MAX_DEPTH} levels`, positionAt(text, offset));
    if (commas > MAX_COMMAS) throw wrong(`more than ${MAX_COMMAS} values`, positionAt(text, offset));
  }
  return { open: brackets.at(-1) ?? (text.trim() === '' ? text.length : undefined) };
}

function endOfString(text: string, start: number): number | undefined {
  for (let offset = start + 1; offset < text.length; offset += 1) {
    if (text[offset] === '\\') offset += 1;
    else if (text[offset] === '"') return offset;
  }
  return undefined;
}

function endsTooEarly(text: string, open: number): V2xError {
  const position = positionAt(text, open);
  if (open === text.length) return new V2xError('incomplete', 'the file is empty', { ...position });
  const what = text[open] === '"' ? 'a string' : text[open] === '{' ? 'an object' : 'an array';
  return new V2xError('incomplete', `${what} begins here that has no end`, { ...position });
}

function parseStrictly(text: string): DocumentNode {
  try {
    return parse(text, { mode: 'json' });
  } catch (error) {
    if (!isLocated(error)) throw error;
    // momoa repeats the position at the end of its message.
    const reason = messageOf(error)
      .replace(/ \(\d+:\d+\)$/, '')
      .replace(/token (\w+)/, (text, token: string) => TOKENS[token] ?? text);
    throw wrong(reason.charAt(0).toLowerCase() + reason.slice(1).replace(/ found\.$/, ''), error);
  }
}

/** What momoa lets pass but programs read differently: duplicate keys, control characters, numbers too large. */
function refuseAmbiguities(document: DocumentNode, text: string): void {
  traverse(document, {
    enter(visited) {
      const node = visited as AnyNode;
      const { start, end } = node.loc;
      if (node.type === 'Number' && !Number.isFinite(node.value)) throw wrong('a number is too large', start);
      if (node.type === 'String' && BELOW_SPACE.test(text.slice(start.offset, end.offset)))
        throw wrong('a string holds a control character; escape it', start);
      refuseDuplicateKeys(node);
    },
  });
}

function refuseDuplicateKeys(node: AnyNode): void {
  if (node.type !== 'Object') return;
  const seen = new Set<unknown>();
  for (const { name } of node.members) {
    const key = evaluate(name);
    if (seen.has(key)) throw wrong(`the key ${JSON.stringify(key)} is there twice`, name.loc.start);
    seen.add(key);
  }
}

function locate({ body }: DocumentNode, property: string): Position {
  const members = body.type === 'Object' ? body.members : [];
  const member = members.find(({ name }) => evaluate(name) === property);
  return (member?.value ?? body).loc.start;
}

function wrong(reason: string, { line, column }: Position): V2xError {
  return new V2xError('event', reason, { line, column });
}

function isLocated(error: unknown): error is Error & Location {
  return error instanceof Error && 'line' in error && 'column' in error;
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const newline = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - newline };
}
