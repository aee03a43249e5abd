import { watch } from 'node:fs';
import { basename, resolve } from 'node:path';
import { codeOf, messageOf, V2xError } from '../errors';

export interface DirectoryListener {
  /** Something happened to an entry of the directory. */
  changed(name: string): void;
  /** Something happened to the directory itself, or nobody knows to what. */
  unsure(): void;
  failed(error: Error): void;
}

/**
 * Watches the entries of one directory. The system's own notices come at once and for every step of a writer;
 * libraries that list the directory after each of them take seconds for a thousand files.
 * Notices that the system lost are made up for by whoever lists the directory now and then.
 * @returns what ends the watch; no change from here on is missed
 * @throws V2xError `watch` when the system has no watch left to give
 */
export function watchDirectory(directory: string, listener: DirectoryListener): () => void {
  const path = resolve(directory);
  try {
    const watcher = watch(path, (_event, name) => {
      // The system gives the directory's own name when the directory itself is moved or removed.
      if (name === null || name === basename(path)) listener.unsure();
      else listener.changed(name);
    });
    watcher.on('error', (error) => {
      listener.failed(watchError(directory, error));
    });
    return () => {
      watcher.close();
    };
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
