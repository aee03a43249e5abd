import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../nodes/lib/errors';
import { parseEvent } from '../../../nodes/lib/event/parse/parse';
import { duration, findings, type Finding } from '../finding';

const { ok, warning, problem } = findings('events');

/** Looked at for how many warnings there were, seconds. */
const RECENT = 600;
/** More events than this in that time are no accidents any more. */
const MANY = 30;
/** A file that a detector still writes is younger than this, in seconds. */
const UNTAKEN = 30;
const DAY = 86_400;

interface DatedFile {
  readonly name: string;
  /** When it came here, Unix seconds. */
  readonly since: number;
}

/** What lies in an events directory. */
export interface EventState {
  readonly directory: string;
  /** Event files that nobody has taken. */
  readonly lying: readonly DatedFile[];
  readonly done: readonly DatedFile[];
  /** Oldest first. */
  readonly rejected: readonly DatedFile[];
  /** Why the newest of the rejected files is no event. */
  readonly reason: string | undefined;
}

/** The answers to "the warning did not go out" and "there are too many broadcasts". */
export function judgeEvents(
  { directory, lying, done, rejected, reason }: EventState,
  now: number,
): Finding[] {
  const recent = done.filter(({ since }) => since > now - RECENT).length;
  const found: Finding[] = [];
  const untaken = lying.filter(({ since }) => since < now - UNTAKEN);
  if (untaken.length > 0) {
    const remedy =
      'is the unit running, and does event-dir-in watch this directory? see its error in the log';
    found.push(problem(`event files that nobody takes from ${directory}: ${untaken.length}`, remedy));
  }
  const refused = rejected.filter(({ since }) => since > now - DAY);
  const newest = refused.at(-1);
  if (newest) {
    const when = duration(Math.max(0, now - newest.since));
    found.push(
      warning(
        `rejected files of the last day: ${refused.length}, the newest ${when} ago: ${reason ?? newest.name}`,
        `correct what writes them; they lie in ${join(directory, 'rejected')}`,
      ),
    );
  }
  // Also those that are younger: an event that is taken again and again stays young.
  const waiting = lying.length > 0 ? `; files that wait: ${lying.length}` : '';
  const count = `events in the last ${RECENT / 60} minutes: ${recent}${waiting}`;
  if (recent > MANY) {
    const remedy = 'raise the cooldown of simple-detector, or let the detector give an incident one "id"';
    found.push(warning(`${count}, too many to be accidents`, remedy));
  } else found.push(ok(count));
  return found;
}

/**
 * Reads an events directory without touching it.
 * @param leaves whether files stay where they are when they are taken
 */
export async function eventState(directory: string, leaves: boolean): Promise<EventState> {
  const rejected = await dated(join(directory, 'rejected'));
  // A rejected file stays in the directory too, until its writer has had time to go on.
  const known = new Set(rejected.map(({ name }) => name));
  const lying = leaves ? [] : (await dated(directory)).filter(({ name }) => !known.has(name));
  return {
    directory,
    lying: lying.filter(({ name }) => name.endsWith('.json') && !name.startsWith('.')),
    done: await dated(join(directory, 'done')),
    rejected,
    reason: await reasonOf(directory, rejected.at(-1)),
  };
}

async function reasonOf(directory: string, file: DatedFile | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  try {
    const bytes = await readFile(join(directory, 'rejected', file.name));
    parseEvent(bytes, { file: file.name, id: 'doctor', ts: file.since });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Files by the time at which they came here, oldest first. */
async function dated(directory: string): Promise<DatedFile[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) =>
      lstat(join(directory, name)).then(
        ({ ctimeMs }) => ({ name, since: ctimeMs / 1000 }),
        () => undefined,
      ),
    );
  const there = (await Promise.all(files)).filter((file) => file !== undefined);
  return there.sort((one, other) => one.since - other.since);
}
