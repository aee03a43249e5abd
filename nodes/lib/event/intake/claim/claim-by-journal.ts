import { createHash } from 'node:crypto';
import { readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../../errors';
import { makeDirectory } from '../../../disk/files';
import type { Claim, Claims, Rejection } from './claim';
import type { Disk } from '../disk';
import { ownerLives, registerOwner, unregisterOwner } from './owner';

const DONE = 'done';
/** So many more files than at the last clearing are worth another one. */
const SPARE_FILES = 100;

/**
 * Takes a file without touching it: a journal holds one entry per file and content. An entry is a symbolic
 * link that leads nowhere: it is made in one step, fails when it exists, and says whose it is, or that it is done.
 * Entries are not synced to disk, which a burst of files would wait for: they survive the end of this process, and after
 * a power cut an event may be taken again, under the same id.
 */
export class ClaimByJournal implements Claims {
  /** Entries by the file they are about, oldest first; a file has one for each content it had. */
  private readonly entries = new Map<string, Set<string>>();
  /** Entries of files that are claimed and not finished. */
  private readonly claimed = new Set<string>();
  /** Files that other watchers had claimed and not finished, by their entries. */
  private readonly elsewhere = new Map<string, string>();
  /** How many files the journal spoke of when it was last cleared. */
  private cleared = 0;
  private owner = '';

  /**
   * @param directory the events directory
   * @param journal where the entries lie; made when it is missing
   */
  constructor(
    private readonly directory: string,
    private readonly journal: string,
    private readonly disk: Disk,
  ) {}

  open(): Promise<void> {
    return this.disk.run(() => this.openNow());
  }

  private async openNow(): Promise<void> {
    await makeDirectory(this.journal);
    const present = await this.filesPresent();
    for (const entry of await readdir(this.journal)) {
      const state = await stateAt(this.placeOf(entry));
      const keep = state === DONE ? present.has(fileOf(entry)) : await ownerLives(state);
      if (keep) this.entriesOf(fileOf(entry)).add(entry);
      else await this.drop(entry, state);
    }
    this.cleared = this.entries.size;
    this.owner = await registerOwner();
  }

  /** The files in the events directory, as entries name them. */
  private async filesPresent(): Promise<ReadonlySet<string>> {
    return new Set((await readdir(this.directory)).map((name) => hash(name)));
  }

  freeAbandoned(): Promise<string[]> {
    return this.disk.run(() => this.freeAllAbandoned());
  }

  private async freeAllAbandoned(): Promise<string[]> {
    const freed: string[] = [];
    for (const [entry, name] of this.elsewhere) {
      const state = await stateAt(this.placeOf(entry));
      if (await ownerLives(state)) continue;
      this.elsewhere.delete(entry);
      if (state === DONE) continue;
      await this.drop(entry, state);
      freed.push(name);
    }
    if (this.entries.size > 2 * this.cleared + SPARE_FILES) await this.clear();
    return freed;
  }

  /** Drops what the journal says of files that are gone, so that it does not grow with every event there ever was. */
  private async clear(): Promise<void> {
    const present = await this.filesPresent();
    for (const [file, entries] of this.entries) {
      if (present.has(file)) continue;
      for (const entry of entries) {
        if (this.claimed.has(entry)) continue;
        entries.delete(entry);
        await this.drop(entry, DONE);
      }
      if (entries.size === 0) this.entries.delete(file);
    }
    this.cleared = this.entries.size;
  }

  private async drop(entry: string, state: string): Promise<void> {
    const place = this.placeOf(entry);
    // Another watcher may have dropped it meanwhile, and a third one taken the file.
    if ((await stateAt(place)) === state) await rm(place, { recursive: true, force: true });
  }

  async claim(name: string, content: Uint8Array): Promise<Claim | 'done' | undefined> {
    const entry = `${hash(name)}-${hash(content)}`;
    if (await this.enter(entry)) {
      return {
        path: join(this.directory, name),
        release: () => this.disk.run(() => this.release(entry)),
        finish: () => this.disk.run(() => this.finish(entry)),
      };
    }
    if ((await this.stateOf(entry)) === DONE) return DONE;
    if (!this.claimed.has(entry)) this.elsewhere.set(entry, name);
    return undefined;
  }

  /** @returns false when it is in the journal already */
  private async enter(entry: string): Promise<boolean> {
    try {
      await this.disk.makeLink(this.owner, this.placeOf(entry));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    this.claimed.add(entry);
    this.entriesOf(fileOf(entry)).add(entry);
    return true;
  }

  /** The owner of an entry, or that it is done; empty if there is no entry. */
  private async stateOf(entry: string): Promise<string> {
    try {
      return await this.disk.readLink(this.placeOf(entry));
    } catch (error) {
      if (codeOf(error) === 'directory') throw error;
      return '';
    }
  }

  private placeOf(entry: string): string {
    return join(this.journal, entry);
  }

  private async release(entry: string): Promise<void> {
    this.claimed.delete(entry);
    this.entriesOf(fileOf(entry)).delete(entry);
    await rm(this.placeOf(entry), { force: true });
  }

  private async finish(entry: string): Promise<void> {
    this.claimed.delete(entry);
    // A later content of the file was finished before.
    if (!this.entriesOf(fileOf(entry)).has(entry)) return;
    const finished = this.placeOf(`${entry}-${this.owner}`);
    await symlink(DONE, finished);
    await rename(finished, this.placeOf(entry));
    await this.forgetBefore(entry);
  }

  async reject(name: string, stamp: string): Promise<Rejection> {
    const entry = `${hash(name)}-${hash(Buffer.from(stamp))}`;
    const first = await this.enter(entry);
    if (first) await this.disk.run(() => this.finish(entry));
    return { first };
  }

  async close(): Promise<void> {
    unregisterOwner(this.owner);
    for (const entry of [...this.claimed]) await this.disk.run(() => this.release(entry));
  }

  /** Drops what the journal says of earlier contents of a file. */
  private async forgetBefore(entry: string): Promise<void> {
    const entries = this.entriesOf(fileOf(entry));
    for (const other of entries) {
      if (other === entry) return;
      entries.delete(other);
      await rm(this.placeOf(other), { force: true });
    }
  }

  private entriesOf(file: string): Set<string> {
    const entries = this.entries.get(file) ?? new Set();
    this.entries.set(file, entries);
    return entries;
  }
}

/** As `stateOf`, within a step that the disk runs as a whole. */
async function stateAt(place: string): Promise<string> {
  return readlink(place).catch(() => '');
}

/** The part of an entry that stands for the file's name. */
function fileOf(entry: string): string {
  return entry.split('-')[0] ?? '';
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
