import { mkdirSync, renameSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, V2xError } from '../../errors';
import { makeDirectory } from '../../disk/files';
import { nameAgain } from '../id';
import { KeptFiles, moveInto } from './bounded-directory';
import { ownerLives, registerOwner, unregisterOwner } from './owner';

/**
 * How a watcher makes a file of the events directory its own, so that no other watcher takes it too,
 * and what becomes of it afterwards.
 */
export interface Custody {
  /** Makes ready, and frees what is abandoned. */
  open(): Promise<void>;
  /**
   * Frees what watchers that died had taken and not finished.
   * @returns the names of the files
   */
  freeAbandoned(): Promise<string[]>;
  /**
   * Takes a file. Synchronous, as reading is: a warning must not queue for Node's thread pool behind somebody's clip.
   * @param content the bytes that were read from it
   * @returns undefined when another watcher has it or it is gone; `done` when it was finished before and stays
   */
  claim(name: string, content: Uint8Array): Claim | 'done' | undefined;
  /**
   * Puts away a file, not claimed, that is no event.
   * @param stamp tells this state of the file from another
   * @returns false when another watcher was faster or it is gone
   * @throws when it cannot be moved and stays where it is
   */
  reject(name: string, stamp: string): Promise<boolean>;
  /** Ends; claimed files that are not finished are free again. */
  close(): Promise<void>;
}

/** A file that is this watcher's. */
export interface Claim {
  /** Where it is now. */
  readonly path: string;
  /** Gives it back: it changed meanwhile, or cannot be handled here now. */
  release(): Promise<void>;
  /** Puts it away: its event is in good hands. */
  finish(): Promise<void>;
}

/**
 * Takes a file by moving it into a directory of this watcher's own below `.taking`, and keeps it in `done`
 * or deletes it afterwards. Moves are not synced to disk, which a burst of files would wait for: they survive the end of
 * this process, and after a power cut an event may be taken again, under the same id.
 */
export class MovingCustody implements Custody {
  private readonly done: KeptFiles;
  private readonly rejected: KeptFiles;
  /** Paths of files that are claimed and not finished. */
  private readonly claimed = new Set<string>();
  private again = 0;
  private owner = '';

  constructor(
    private readonly directory: string,
    private readonly options: { readonly keepDone: boolean; readonly limit: number },
  ) {
    this.done = new KeptFiles(join(directory, 'done'), options.limit);
    this.rejected = new KeptFiles(join(directory, 'rejected'), options.limit);
  }

  async open(): Promise<void> {
    await this.freeAbandoned();
    await this.rejected.open();
    if (this.options.keepDone) await this.done.open();
    this.owner = await registerOwner();
  }

  async freeAbandoned(): Promise<string[]> {
    const root = join(this.directory, '.taking');
    await makeDirectory(root);
    const freed: string[] = [];
    for (const entry of await readdir(root, { withFileTypes: true }))
      if (entry.isDirectory() && !(await ownerLives(entry.name)))
        freed.push(...(await this.free(entry.name)));
    return freed;
  }

  claim(name: string): Claim | undefined {
    const path = this.placeFor(name);
    const move = () => renameIfThere(join(this.directory, name), path);
    if (!move()) {
      // The place for claimed files may be missing rather than the file: the first time, or somebody removed it.
      mkdirSync(dirname(path), { recursive: true });
      if (!move()) return undefined;
    }
    this.claimed.add(path);
    const end = async (step: Promise<unknown>) => {
      await unlessGone(step);
      this.claimed.delete(path);
    };
    return {
      path,
      release: () => end(moveBack(this.directory, path)),
      finish: () => end(this.options.keepDone ? this.done.add(path) : rm(path)),
    };
  }

  /** A place of its own for each claim, also when a writer uses one name again and again. */
  private placeFor(name: string): string {
    const path = join(this.taking(this.owner), name);
    if (!this.claimed.has(path)) return path;
    this.again += 1;
    return join(this.taking(this.owner), String(this.again), name);
  }

  async reject(name: string): Promise<boolean> {
    const path = join(this.directory, name);
    const move = async () => {
      if ((await lstat(path)).isDirectory()) throw new V2xError('event', 'directories are not moved');
      await this.rejected.add(path);
      return true;
    };
    return (await unlessGone(move())) !== undefined;
  }

  async close(): Promise<void> {
    unregisterOwner(this.owner);
    await unlessGone(this.free(this.owner));
  }

  private taking(owner: string): string {
    return join(this.directory, '.taking', owner);
  }

  /** @returns the names that its files have now */
  private async free(owner: string): Promise<string[]> {
    const taking = this.taking(owner);
    const freed: string[] = [];
    // Another watcher may be freeing the same.
    const entries = (await unlessGone(readdir(taking, { withFileTypes: true, recursive: true }))) ?? [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const name = await unlessGone(moveBack(this.directory, join(entry.parentPath, entry.name)));
      if (name !== undefined) freed.push(name);
    }
    await rm(taking, { recursive: true, force: true });
    return freed;
  }
}

/** Under a name that gives its event the same id when its own is taken by now. */
function moveBack(directory: string, path: string): Promise<string> {
  return moveInto(directory, path, nameAgain);
}

/** @returns false when there is no such file, or no such directory to move it into */
function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What a step gives; undefined when its file is gone, as after another watcher was faster. */
async function unlessGone<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
