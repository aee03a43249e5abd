import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors';
import { eventIdOf } from '../id';
import { parseEvent } from '../parse/parse';
import { filesByArrival, type ArrivedFile } from './claim/bounded-directory';
import { doneDirectory, isEventName, rejectedDirectory, type Afterwards } from './directory';

/** An events directory as anyone can see it; files by arrival, oldest first. */
export interface EventsState {
  readonly directory: string;
  /** Event files that nobody has taken. */
  readonly waiting: readonly ArrivedFile[];
  readonly done: readonly ArrivedFile[];
  readonly rejected: readonly ArrivedFile[];
  readonly rejectedDirectory: string;
  /** Why the newest of the rejected files is no event. */
  readonly reason: string | undefined;
}

/**
 * Looks at an events directory without touching it; what cannot be read is left out.
 * @param after what becomes of a file whose event was passed on
 */
export async function eventsState(directory: string, after: Afterwards): Promise<EventsState> {
  const rejected = await filesIn(rejectedDirectory(directory));
  // A rejected file stays in the directory too, until its writer has had time to go on.
  const known = new Set(rejected.map(({ name }) => name));
  const present = after === 'leave' ? [] : await filesIn(directory);
  return {
    directory,
    waiting: present.filter(({ name }) => isEventName(name) && !known.has(name)),
    done: await filesIn(doneDirectory(directory)),
    rejected,
    rejectedDirectory: rejectedDirectory(directory),
    reason: await reasonOf(rejectedDirectory(directory), rejected.at(-1)),
  };
}

async function filesIn(directory: string): Promise<ArrivedFile[]> {
  return filesByArrival(directory).catch(() => []);
}

async function reasonOf(directory: string, file: ArrivedFile | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  try {
    const bytes = await readFile(join(directory, file.name));
    parseEvent(bytes, { file: file.name, id: eventIdOf(file.name, file.since, bytes), ts: file.since });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
