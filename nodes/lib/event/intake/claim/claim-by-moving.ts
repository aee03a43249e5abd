import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../../errors';
import { makeDirectory, unlessMissing } from '../../../disk/files';
import { nameAgain } from '../../id';
import { BoundedDirectory, moveInto } from './bounded-directory';
import type { Claim, Claims, Rejection } from './claim';
import { doneDirectory, rejectedDirectory } from '../directory';
import type { Disk } from '../disk';
import { ownerLives, registerOwner, unregisterOwner } from './owner';
import { stampOf } from '../read';

/**
 * Takes a file by moving it into a directory of this watcher's own below `.taking`, and keeps it in `done`
 * or deletes it afterwards. Moves are not synced to disk, which a burst of files would wait for: they survive the end of
 * this process, and after a power cut an event may be taken again, under the same id.
 */
export class ClaimByMoving implements Claims {
  private readonly done: BoundedDirectory;
  private readonly rejected: BoundedDirectory;
  /** Paths of files that are claimed and not finished. */
  private readonly claimed = new Set<string>();
  private again = 0;
  private owner = '';

  constructor(
    private readonly directory: string,
    private readonly options: { readonly keepDone: boolean; readonly limit: number },
    private readonly disk: Disk,
  ) {
    this.done = new BoundedDirectory(doneDirectory(directory), options.limit);
    this.rejected = new BoundedDirectory(rejectedDirectory(directory), options.limit);
  }

  async open(): Promise<void> {
    await this.freeAbandoned();
    await this.disk.run(() => this.rejected.open());
    if (this.options.keepDone) await this.disk.run(() => this.done.open());
    this.owner = await registerOwner();
  }

  freeAbandoned(): Promise<string[]> {
    return this.disk.run(() => this.freeAllAbandoned());
  }

  private async freeAllAbandoned(): Promise<string[]> {
    const root = join(this.directory, '.taking');
    await makeDirectory(root);
    const freed: string[] = [];
    for (const entry of await readdir(root, { withFileTypes: true }))
      if (entry.isDirectory() && !(await ownerLives(entry.name)))
        freed.push(...(await this.free(entry.name)));
    return freed;
  }

  async claim(name: string): Promise<Claim | undefined> {
    const path = this.placeFor(name);
    const move = () => this.renameIfThere(join(this.directory, name), path);
    if (!(await move())) {
      // The place for claimed files may be missing rather than the file: the first time, or somebody removed it.
      await this.disk.makeDirectory(dirname(path));
      if (!(await move())) return undefined;
    }
    this.claimed.add(path);
    const end = async (step: () => Promise<unknown>) => {
      await unlessMissing(this.disk.run(step));
      this.claimed.delete(path);
    };
    return {
      path,
      release: () => end(() => moveBack(this.directory, path)),
      finish: () => end(() => this.finish(path, name)),
    };
  }

  private async finish(path: string, name: string): Promise<void> {
    await this.rejected.removeLink(path, name);
    await (this.options.keepDone ? this.done.add(path) : rm(path));
  }

  /** @returns false when there is no such file, or no such directory to move it into */
  private async renameIfThere(from: string, to: string): Promise<boolean> {
    try {
      await this.disk.rename(from, to);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** A place of its own for each claim, also when a writer uses one name again and again. */
  private placeFor(name: string): string {
    const path = join(this.taking(this.owner), name);
    if (!this.claimed.has(path)) return path;
    this.again += 1;
    return join(this.taking(this.owner), String(this.again), name);
  }

  reject(name: string, stamp: string): Promise<Rejection | undefined> {
    return this.disk.run(() => unlessMissing(this.rejectNow(name, stamp)));
  }

  /**
   * A regular file appears in `rejected` and, until it is settled, stays where it is too, as one file with two names:
   * a writer that is slow goes on with it, by its handle or by its name.
   */
  private async rejectNow(name: string, stamp: string): Promise<Rejection> {
    const path = join(this.directory, name);
    const stats = await lstat(path);
    if (stats.isDirectory()) throw new Error('directories are not moved');
    const linked = stats.isFile() ? await this.linkRejected(path) : undefined;
    if (linked === undefined) {
      await this.rejected.add(path);
      return { first: true };
    }
    const settle = async () => {
      await this.disk.run(() => unlessMissing(this.settle(name, stamp)));
    };
    return { first: linked, settle };
  }

  /** Moves the file aside before looking at it: its writer may replace it at any moment by what is an event. */
  private async settle(name: string, stamp: string): Promise<void> {
    const aside = this.placeFor(name);
    await makeDirectory(dirname(aside));
    await rename(join(this.directory, name), aside);
    if (stampOf(await lstat(aside)) === stamp) await rm(aside);
    else await moveBack(this.directory, aside);
  }

  /** @returns undefined where the file system or its rules allow no second link */
  private async linkRejected(path: string): Promise<boolean | undefined> {
    try {
      return await this.rejected.addLink(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw error;
      return undefined;
    }
  }

  async close(): Promise<void> {
    unregisterOwner(this.owner);
    await this.disk.run(() => unlessMissing(this.free(this.owner)));
  }

  private taking(owner: string): string {
    return join(this.directory, '.taking', owner);
  }

  /** @returns the names that its files have now */
  private async free(owner: string): Promise<string[]> {
    const taking = this.taking(owner);
    const freed: string[] = [];
    // Another watcher may be freeing the same.
    const entries = (await unlessMissing(readdir(taking, { withFileTypes: true, recursive: true }))) ?? [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const name = await unlessMissing(moveBack(this.directory, join(entry.parentPath, entry.name)));
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
