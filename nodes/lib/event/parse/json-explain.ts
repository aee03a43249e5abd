import {
  evaluate,
  parse,
  traverse,
  type AnyNode,
  type DocumentNode,
  type Location,
} from '@humanwhocodes/momoa';
import { messageOf } from '../../errors';

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

/** What is wrong with a text, and where. */
export interface Complaint extends Position {
  readonly reason: string;
}

/**
 * Says why a text is no JSON document, or in what an event it may be read in different ways. For texts on which
 * `JSON.parse` has failed: it builds a tree of them.
 * @returns undefined when there is nothing to complain of
 */
export function explainJson(text: string): Complaint | undefined {
  let document: DocumentNode;
  try {
    document = parse(text, { mode: 'json' });
  } catch (error) {
    if (!isLocated(error)) throw error;
    // momoa repeats the position at the end of its message.
    const reason = messageOf(error)
      .replace(/ \(\d+:\d+\)$/, '')
      .replace(/token (\w+)/, (text, token: string) => TOKENS[token] ?? text);
    return {
      reason: reason.charAt(0).toLowerCase() + reason.slice(1).replace(/ found\.$/, ''),
      line: error.line,
      column: error.column,
    };
  }
  return ambiguityIn(document, text);
}

/** Where a property of the top-level object begins, or the document itself when there is no such property. */
export function locateProperty(text: string, property: string): Position {
  const { body } = parse(text, { mode: 'json' });
  const members = body.type === 'Object' ? body.members : [];
  const member = members.find(({ name }) => evaluate(name) === property);
  const { line, column } = (member?.value ?? body).loc.start;
  return { line, column };
}

/** What momoa lets pass: duplicate keys, which programs read differently, and raw control characters. */
function ambiguityIn(document: DocumentNode, text: string): Complaint | undefined {
  let found: Complaint | undefined;
  traverse(document, {
    enter(visited) {
      const node = visited as AnyNode;
      const { start, end } = node.loc;
      const raw = node.type === 'String' && BELOW_SPACE.test(text.slice(start.offset, end.offset));
      const complaint = raw
        ? {
            reason: 'a string contains a control character; escape it',
            line: start.line,
            column: start.column,
          }
        : duplicateKeyIn(node);
      found ??= complaint;
    },
  });
  return found;
}

function duplicateKeyIn(node: AnyNode): Complaint | undefined {
  if (node.type !== 'Object') return undefined;
  const seen = new Set<unknown>();
  for (const { name } of node.members) {
    const key = evaluate(name);
    const { line, column } = name.loc.start;
    if (seen.has(key)) return { reason: `the key ${JSON.stringify(key)} occurs twice`, line, column };
    seen.add(key);
  }
  return undefined;
}

function isLocated(error: unknown): error is Error & Location {
  return error instanceof Error && 'line' in error && 'column' in error;
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const newline = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - newline };
}
