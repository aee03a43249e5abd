import { V2xError } from '../errors';

/** What is said about one type of event: ITIS codes (SAE J2540-2). */
export interface Codes {
  /** The cause, then what adds to it: one to nine, as an RSA takes. */
  readonly codes: readonly number[];
  /** That it is over. */
  readonly cleared: number;
}

/** Codes by type of event, with one for `unknown`. */
export type CodeTable = ReadonlyMap<string, Codes>;

const LINE = /^([\w-]{1,32})\s*:\s*(\d+(?:[\s,]+\d+)*)\s*(?:\/\s*(\d+))?$/;
const MOST_CODES = 9;
const LARGEST_CODE = 65_535;
/** incident-cleared */
const INCIDENT_CLEARED = 639;

/**
 * Reads a table of one line a type, such as `rollover: 554 513 / 638`: the codes, and after the slash the one that says
 * that it is over.
 * @param basis what stands for types that have no line
 * @throws V2xError `setting` naming the line
 */
export function parseCodes(text: string, basis: CodeTable = new Map()): CodeTable {
  const table = new Map(basis);
  const lines = text.split(/[\n;]/).map((line) => line.trim());
  for (const line of lines.filter((each) => each !== '')) {
    const [type, entry] = parseLine(line);
    table.set(type, { cleared: table.get(type)?.cleared ?? INCIDENT_CLEARED, ...entry });
  }
  return table;
}

function parseLine(line: string): readonly [type: string, entry: Partial<Codes> & Pick<Codes, 'codes'>] {
  const match = LINE.exec(line);
  const codes = match?.[2].split(/[\s,]+/).map(Number) ?? [];
  const cleared = match?.[3] === undefined ? [] : [Number(match[3])];
  const fit = codes.length <= MOST_CODES && [...codes, ...cleared].every((code) => code <= LARGEST_CODE);
  if (match && fit) return [match[1], { codes, ...(cleared.length > 0 && { cleared: cleared[0] }) }];
  throw new V2xError(
    'setting',
    `The setting "codes" has the line ${JSON.stringify(line.slice(0, 80))}; it must be a type with 1 to ${MOST_CODES} ` +
      `codes from 0 to ${LARGEST_CODE}, and the code of its end, as in "rollover: 554 513 / 638"`,
    { name: 'codes' },
  );
}

/** The codes of an event's type; a type that is not in the table is an unknown one. */
export function codesOf(table: CodeTable, type: string): Codes {
  return table.get(type) ?? table.get('unknown') ?? { codes: [531], cleared: INCIDENT_CLEARED };
}

/** What codes say, in the terms of events. */
export interface Meaning {
  readonly type: string;
  readonly cleared: boolean;
}

/**
 * The type of event that a message's codes stand for: the one with most codes in the message.
 * @param codes the cause first
 */
export function meaningOf(table: CodeTable, codes: readonly number[]): Meaning {
  const over = [...table].find(([, { cleared }]) => cleared === codes[0]);
  if (over) return { type: over[0], cleared: true };
  let best: { type: string; score: number } = { type: 'unknown', score: 0 };
  for (const [type, entry] of table) {
    const score = entry.codes.every((code) => codes.includes(code)) ? entry.codes.length : 0;
    if (score > best.score) best = { type, score };
  }
  return { type: best.type, cleared: false };
}
