import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../clock';
import { writeWhole } from '../files';
import { toEvent } from './event';

/**
 * Drops an event file the safe way: whole under its final name or not there at all.
 * @param directory the events directory; it must exist
 * @param event the file's content, checked against the event schema first; written as given
 * @returns path of the file, `<ms>-<type>-<random>.json`, so that names sort by the time they were dropped
 * @throws V2xError `event` when it is no event; the system's error when it cannot be written
 */
export async function dropEvent(directory: string, event: unknown, clock: Clock): Promise<string> {
  const { type } = toEvent(event, { id: 'unnamed', ts: clock.now() });
  const stamp = Math.round(clock.now() * 1000);
  const path = join(
    directory,
    `${stamp}-${type.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${randomBytes(3).toString('hex')}.json`,
  );
  await writeWhole(path, `${JSON.stringify(event)}\n`, { exclusive: true });
  return path;
}
