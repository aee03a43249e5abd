import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors';
import { writeWhole } from '../disk/files';
import { secondOfName } from './names';
import type { Segment } from './segment';

/** Hidden, so that it does not stand among the segments. */
const INDEX_NAME = '.segments.jsonl';

/**
 * Reads the measured times of a ring's segments by name. The file is one JSON object a line, appended as segments
 * close; it may be missing, cut off or stale, since files tell less exactly what it would have told.
 * @throws the system's error when it exists and cannot be read
 */
export async function readIndex(directory: string): Promise<Map<string, Segment>> {
  const entries = new Map<string, Segment>();
  let text = '';
  try {
    text = await readFile(join(directory, INDEX_NAME), 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  for (const line of text.split('\n')) {
    const segment = parseEntry(line);
    if (segment) entries.set(segment.name, segment);
  }
  return entries;
}

/** Adds one segment. */
export async function appendToIndex(directory: string, segment: Segment): Promise<void> {
  await appendFile(join(directory, INDEX_NAME), formatEntry(segment));
}

/** Replaces the index by these segments; only measured ones are worth keeping. */
export async function writeIndex(directory: string, segments: readonly Segment[]): Promise<void> {
  const measured = segments.filter((segment) => segment.measured);
  await writeWhole(join(directory, INDEX_NAME), measured.map(formatEntry).join(''));
}

function formatEntry({ name, from, to, bytes, run, number }: Segment): string {
  return `${JSON.stringify({ name, from: round(from), to: round(to), bytes, run, number })}\n`;
}

/** Microseconds are more than enough. */
function round(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

function parseEntry(line: string): Segment | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    // The empty last line, or one that a crash cut off.
    return undefined;
  }
  return isEntry(entry) && secondOfName(entry.name) !== undefined ? { ...entry, measured: true } : undefined;
}

function isEntry(value: unknown): value is Omit<Segment, 'measured'> {
  if (typeof value !== 'object' || value === null) return false;
  const { name, run, from, to, bytes, number } = value as Partial<Record<keyof Segment, unknown>>;
  return (
    typeof name === 'string' &&
    typeof run === 'string' &&
    [from, to, bytes, number].every((field) => typeof field === 'number' && Number.isFinite(field))
  );
}
