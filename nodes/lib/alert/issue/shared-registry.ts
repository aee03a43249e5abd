import { join } from 'node:path';
import { V2xError } from '../../errors';
import { ensureWritableDirectory } from '../../disk/files';
import { takeLockIfAny } from '../../disk/lock';
import { ActionRegistry } from './registry';

/** One user's hold on a registry. */
export interface SharedRegistry {
  readonly registry: ActionRegistry;
  /** Lets go; the registry is closed when nobody holds it any more. */
  release(): Promise<void>;
}

/** A registry, with what ends its use. */
interface Opened {
  readonly registry: ActionRegistry;
  close(): Promise<void>;
}

interface Entry {
  readonly opened: Promise<Opened>;
  users: number;
}

const entries = new Map<string, Entry>();
/** Registries that are being closed: their files are not free yet. */
const closing = new Map<string, Promise<void>>();

/**
 * Opens a station's registry, the same for everybody in this process who asks for it:
 * two nodes with one station never hand out the same sequence number.
 * @param now Unix seconds
 * @throws V2xError `in-use` when another process has the station, `lock`; what ActionRegistry.open throws.
 *   The next call tries again
 */
export async function shareRegistry(
  directory: string,
  station: number,
  now: number,
): Promise<SharedRegistry> {
  const key = `${directory}\n${station}`;
  const entry = entries.get(key) ?? {
    opened: (closing.get(key) ?? Promise.resolve()).then(() => open(directory, station, now)),
    users: 0,
  };
  entry.users += 1;
  entries.set(key, entry);
  try {
    return { registry: (await entry.opened).registry, release: () => release(key, entry) };
  } catch (error) {
    if (entries.get(key) === entry) entries.delete(key);
    throw error;
  }
}

/** Two processes with one station would hand out the same numbers, and spoil each other's files. */
async function open(directory: string, station: number, now: number): Promise<Opened> {
  await ensureWritableDirectory(directory, 'alert state');
  const unlock = await takeLockIfAny(join(directory, `station-${station}.lock`));
  if (!unlock) {
    throw new V2xError(
      'in-use',
      `Another process is sending alerts as station ${station} from ${directory}`,
      { station },
      { remedy: 'end it, or give this unit a different station ID or V2X_DATA', retry: 'later' },
    );
  }
  try {
    const registry = await ActionRegistry.open(directory, station, now);
    return { registry, close: () => registry.close().finally(unlock) };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function release(key: string, entry: Entry): Promise<void> {
  entry.users -= 1;
  if (entry.users > 0) return;
  entries.delete(key);
  const closed = entry.opened
    .then((opened) => opened.close())
    .finally(() => {
      closing.delete(key);
    });
  closing.set(
    key,
    closed.catch(() => undefined),
  );
  await closed;
}
