import { ActionRegistry } from './registry';

/** One user's hold on a registry. */
export interface SharedRegistry {
  readonly registry: ActionRegistry;
  /** Lets go; the registry is closed when nobody holds it any more. */
  release(): Promise<void>;
}

interface Entry {
  readonly registry: Promise<ActionRegistry>;
  users: number;
}

const entries = new Map<string, Entry>();
/** Registries that are being closed: their files are not free yet. */
const closing = new Map<string, Promise<void>>();

/**
 * Opens a station's registry, the same for everybody in this process who asks for it:
 * two nodes with one station never hand out the same sequence number.
 * @param now Unix seconds
 * @throws what ActionRegistry.open throws; the next call tries again
 */
export async function shareRegistry(
  directory: string,
  station: number,
  now: number,
): Promise<SharedRegistry> {
  const key = `${directory}\n${station}`;
  const entry = entries.get(key) ?? {
    registry: (closing.get(key) ?? Promise.resolve()).then(() =>
      ActionRegistry.open(directory, station, now),
    ),
    users: 0,
  };
  entry.users += 1;
  entries.set(key, entry);
  try {
    return { registry: await entry.registry, release: () => release(key, entry) };
  } catch (error) {
    if (entries.get(key) === entry) entries.delete(key);
    throw error;
  }
}

async function release(key: string, entry: Entry): Promise<void> {
  entry.users -= 1;
  if (entry.users > 0) return;
  entries.delete(key);
  const closed = entry.registry
    .then((registry) => registry.close())
    .finally(() => {
      closing.delete(key);
    });
  closing.set(
    key,
    closed.catch(() => undefined),
  );
  await closed;
}
