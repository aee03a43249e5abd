import { join } from 'node:path';
import { messageOf } from '../../errors';
import { eventIdOf } from '../id';
import { parseEvent } from '../parse/parse';
import { filesByArrival, identityOf, type ArrivedFile } from './claim/bounded-directory';
import { doneDirectory, isEventName, rejectedDirectory, type Afterwards } from './directory';
import { readRemoteEventFile } from './read';

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
  return {
    directory,
    waiting: after === 'leave' ? [] : await waitingIn(directory, rejected),
    done: await filesIn(doneDirectory(directory)),
    rejected,
    rejectedDirectory: rejectedDirectory(directory),
    reason: await reasonOf(rejectedDirectory(directory), rejected.at(-1)),
  };
}

/** A rejected file stays in the directory too, under a link, until its writer has had time to go on. */
async function waitingIn(directory: string, rejected: readonly ArrivedFile[]): Promise<ArrivedFile[]> {
  const known = new Set<string | undefined>();
  for (const { name } of rejected) known.add(await identityOf(join(rejectedDirectory(directory), name)));
  const waiting: ArrivedFile[] = [];
  for (const file of await filesIn(directory)) {
    const isKnown = known.has(await identityOf(join(directory, file.name)));
    if (isEventName(file.name) && !isKnown) waiting.push(file);
  }
  return waiting;
}

async function filesIn(directory: string): Promise<ArrivedFile[]> {
  return filesByArrival(directory).catch(() => []);
}

async function reasonOf(directory: string, file: ArrivedFile | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  try {
    const { bytes } = await readRemoteEventFile(join(directory, file.name));
    parseEvent(bytes, { file: file.name, id: eventIdOf(file.name, file.since, bytes), ts: file.since });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
