import { realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FSWatcher } from 'chokidar';
import { codeOf, messageOf, V2xError } from '../../errors';

/** A directory is listed this often, in seconds, in case a notification was lost. */
const LISTING_SECONDS = 30;
/** File systems whose changes by other machines Linux does not report. */
const REMOTE_LISTING_SECONDS = 1;

/** File systems that others write to behind the system's back: `f_type` of statfs(2), as <linux/magic.h> has them. */
const REMOTE_TYPES: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x01021997, // 9P, as of virtual machines and WSL
  0x65735546, // FUSE, as of sshfs and virtiofs
  0x00c36400, // Ceph
  0x786f4256, // VirtualBox
]);

/**
 * How often the entries of a directory are to be listed, beside the notifications.
 * @param type of its file system, see statfs(2)
 * @returns seconds
 */
export function listingSeconds(type: number): number {
  return isRemote(type) ? REMOTE_LISTING_SECONDS : LISTING_SECONDS;
}

/**
 * Whether calls to a file system go to another machine or process, and may take for ever.
 * @param type see statfs(2)
 */
export function isRemote(type: number): boolean {
  return REMOTE_TYPES.has(type);
}

/** The type of a directory's file system; 0 if unknown. */
export async function fileSystemType(directory: string): Promise<number> {
  return statfs(directory).then(
    ({ type }) => type,
    () => 0,
  );
}

interface DirectoryListener {
  /** Something happened to an entry of the directory. */
  changed(name: string): void;
  /** Something happened to the directory itself, or nobody knows to what. */
  unsure(): void;
  /** The directory was removed or moved: whatever has its name from here on, this watch does not see it. */
  gone(): void;
  failed(error: Error): void;
}

/**
 * chokidar without its listings: it reads the directory and the state of every entry at each change, before it passes
 * the change on, which costs a warning more than all of its other stages together. The inbox lists for itself.
 */
class ChangesOnly extends FSWatcher {
  /** What chokidar's own gives once the watcher is closed: nothing is read. */
  override _readdirp(): undefined {
    return undefined;
  }
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
  // With a slash at its end, the system speaks of the directory itself by an empty name, not by one that an entry may
  // have too. chokidar compares paths by their text.
  const path = join(await realpath(directory), '/');
  const watcher = new ChangesOnly({
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    // The watch on the directory reports everything; files need none of their own.
    ignored: (entry) => entry !== path,
  });
  watcher.add(path);
  watcher.on('raw', (event, name: string | null) => {
    if (name) listener.changed(name);
    else if (name === '' && event === 'rename') listener.gone();
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
  const remedy = exhausted
    ? 'run: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024'
    : 'check whether the directory is on a local disk';
  return new V2xError(
    'watch',
    `The events directory ${directory} cannot be watched: ${messageOf(cause)}`,
    { directory },
    { cause, remedy },
  );
}
