import { mkdirSync, renameSync } from 'node:fs';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, V2xError } from '../errors';
import { KeptFiles, moveInto } from './kept';
import { ownerLives, registerOwner, unregisterOwner } from './owner';

/**
 * How a watcher makes a file of the events directory its own, so that no other watcher takes it too,
 * and what becomes of it afterwards.
 */
export interface Custody {
  /** Makes ready, and frees what watchers that died had taken and not finished. */
  open(): Promise<void>;
  /**
   * Takes a file. Synchronous, as reading is: a warning must not queue for Node's thread pool behind somebody's clip.
   * @param content the bytes that were read from it
   * @returns where it is now; undefined when another watcher has it or it is gone
   */
  claim(name: string, content: Uint8Array): string | undefined;
  /** Gives a claimed file back: it changed meanwhile. */
  release(name: string): Promise<void>;
  /** Puts away a claimed file whose event was sent on. */
  finish(name: string): Promise<void>;
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

/**
 * Takes a file by moving it into a directory of this watcher's own below `.taking`, and keeps it in `done`
 * or deletes it afterwards.
 */
export class MovingCustody implements Custody {
  private readonly done: KeptFiles;
  private readonly rejected: KeptFiles;
  private owner = '';

  constructor(
    private readonly directory: string,
    private readonly options: { readonly keepDone: boolean; readonly limit: number },
  ) {
    this.done = new KeptFiles(join(directory, 'done'), options.limit);
    this.rejected = new KeptFiles(join(directory, 'rejected'), options.limit);
  }

  async open(): Promise<void> {
    const root = join(this.directory, '.taking');
    await mkdir(root, { recursive: true });
    for (const entry of await readdir(root, { withFileTypes: true }))
      if (entry.isDirectory() && !(await ownerLives(entry.name))) await this.free(entry.name);
    await this.rejected.open();
    if (this.options.keepDone) await this.done.open();
    this.owner = await registerOwner();
  }

  claim(name: string): string | undefined {
    const claimed = join(this.taking(this.owner), name);
    const move = () => renameIfThere(join(this.directory, name), claimed);
    if (move()) return claimed;
    // The place for claimed files may be missing rather than the file: the first time, or somebody removed it.
    mkdirSync(this.taking(this.owner), { recursive: true });
    return move() ? claimed : undefined;
  }

  async release(name: string): Promise<void> {
    await moveInto(this.directory, join(this.taking(this.owner), name));
  }

  async finish(name: string): Promise<void> {
    const claimed = join(this.taking(this.owner), name);
    await unlessGone(this.options.keepDone ? this.done.add(claimed) : rm(claimed));
  }

  async reject(name: string): Promise<boolean> {
    const path = join(this.directory, name);
    const move = async () => {
      if ((await lstat(path)).isDirectory()) throw new V2xError('event', 'directories are not moved');
      await this.rejected.add(path);
    };
    return unlessGone(move());
  }

  async close(): Promise<void> {
    unregisterOwner(this.owner);
    await unlessGone(this.free(this.owner));
  }

  private taking(owner: string): string {
    return join(this.directory, '.taking', owner);
  }

  private async free(owner: string): Promise<void> {
    const taking = this.taking(owner);
    for (const entry of await readdir(taking, { withFileTypes: true }))
      if (entry.isFile()) await unlessGone(moveInto(this.directory, join(taking, entry.name)));
    await rm(taking, { recursive: true, force: true });
  }
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

/** Whether a step was taken; false when its file is gone, as after another watcher was faster. */
async function unlessGone(step: Promise<unknown>): Promise<boolean> {
  try {
    await step;
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
