import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { watch } from 'chokidar';
import { codeOf, messageOf, V2xError } from '../errors';

export interface DirectoryListener {
  /** Something happened to an entry of the directory. */
  changed(name: string): void;
  /** Something happened to the directory itself, or nobody knows to what. */
  unsure(): void;
  /** The directory was removed or moved: whatever has its name from here on, this watch does not see it. */
  gone(): void;
  failed(error: Error): void;
}

/**
 * Watches the entries of one directory, with chokidar's `raw` events: they come at once and for every step of a
 * writer, while `add` and `change` are held back and merged (a change within 50 ms of another is dropped).
 * @returns what ends the watch; resolves when no change from here on is missed
 * @throws V2xError `watch` when the system has no watch left to give
 */
export async function watchDirectory(
  directory: string,
  listener: DirectoryListener,
): Promise<() => Promise<void>> {
  // chokidar compares paths by their text.
  const path = await realpath(directory);
  const watcher = watch(path, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    // The directory's own watch tells everything; none is needed per file.
    ignored: (entry) => entry !== path,
  });
  watcher.on('raw', (event, name: string | null) => {
    // Of the directory itself the system speaks by its own name.
    if (name !== null && name !== basename(path)) listener.changed(name);
    else if (name !== null && event === 'rename') listener.gone();
    else listener.unsure();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      watcher.once('ready', resolve);
      watcher.once('error', reject);
    });
  } catch (error) {
    await watcher.close();
    throw watchError(directory, error);
  }
  watcher.on('error', (error) => {
    listener.failed(watchError(directory, error));
  });
  return () => watcher.close();
}

function watchError(directory: string, cause: unknown): V2xError {
  const exhausted = ['ENOSPC', 'EMFILE'].includes(codeOf(cause) ?? '');
  const mend = exhausted
    ? 'run: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024'
    : 'see whether the directory is on a local disk';
  return new V2xError(
    'watch',
    `The events directory ${directory} cannot be watched: ${messageOf(cause)}; ${mend}`,
    { directory },
    { cause },
  );
}
