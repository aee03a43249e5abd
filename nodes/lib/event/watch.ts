import { watch, type FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import { codeOf, messageOf, V2xError } from '../errors';

export interface DirectoryListener {
  /** Something happened to an entry of the directory. */
  changed(name: string): void;
  /** Something happened to the directory itself, or nobody knows to what. */
  unsure(): void;
  failed(error: Error): void;
}

/**
 * Watches the entries of one directory with the system's own notifications: they come at once and for every step of a
 * writer. Whoever watches lists the directory now and then too, since a system may drop some in a burst. A library on
 * top of them would list and stat the whole directory after each event, and hold back what comes close together.
 * @returns what ends the watch; no change from here on is missed
 * @throws V2xError `watch` when the system has no watch left to give
 */
export function watchDirectory(directory: string, listener: DirectoryListener): () => void {
  const itself = basename(directory);
  const watcher = startWatch(directory);
  watcher.on('change', (_kind, name) => {
    // Of the directory itself the system speaks by its own name.
    if (typeof name !== 'string' || name === '' || name === itself) listener.unsure();
    else listener.changed(name);
  });
  watcher.on('error', (error) => {
    listener.failed(watchError(directory, error));
  });
  return () => {
    watcher.close();
  };
}

function startWatch(directory: string): FSWatcher {
  try {
    return watch(directory);
  } catch (error) {
    throw watchError(directory, error);
  }
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
