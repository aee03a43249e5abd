import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../time/clock';
import { messageOf, V2xError } from '../errors';
import { writeWhole } from '../disk/files';
import { toEvent } from './event';
import { parseEvent } from './parse/parse';

/**
 * Drops an event file the safe way: whole under its final name or not there at all.
 * @param directory the events directory; it must exist
 * @param event the file's content, checked against the event schema first; written as given
 * @returns path of the file, `<ms>-<type>-<random>.json`, so that names sort by the time they were dropped
 * @throws V2xError `event` when it is no event or too large for one; the system's error when it cannot be written
 */
export async function dropEvent(directory: string, event: unknown, clock: Clock): Promise<string> {
  const defaults = { id: 'unnamed', ts: clock.now() };
  const { type } = toEvent(event, defaults);
  const content = Buffer.from(`${serialize(event)}\n`);
  // As the reader of the file parses it.
  parseEvent(content, { file: 'the event', ...defaults });
  const stamp = Math.round(clock.now() * 1000);
  const path = join(
    directory,
    `${stamp}-${type.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${randomBytes(8).toString('hex')}.json`,
  );
  await writeWhole(path, content);
  return path;
}

function serialize(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch (error) {
    throw new V2xError(
      'event',
      `the event cannot be written as JSON: ${messageOf(error)}`,
      {},
      { cause: error },
    );
  }
}
