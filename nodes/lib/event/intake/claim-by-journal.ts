import { createHash } from 'node:crypto';
import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../errors';
import { makeDirectory } from '../../disk/files';
import type { Claim, Custody } from './claim-by-moving';
import { ownerLives, registerOwner, unregisterOwner } from './owner';

const DONE = 'done';

/**
 * Takes a file without touching it: a journal in `.taken` holds one entry per file and content. An entry is a symbolic
 * link that leads nowhere: it is made in one step, fails when it exists, and says whose it is, or that it is done.
 * Entries are not synced to disk, which a burst of files would wait for: they survive the end of this process, and after
 * a power cut an event may be taken again, under the same id.
 */
export class JournalCustody implements Custody {
  private readonly journal: string;
  /** Entries by the file they are about, oldest first; a file has one for each content it had. */
  private readonly entries = new Map<string, Set<string>>();
  /** Entries of files that are claimed and not finished. */
  private readonly claimed = new Set<string>();
  /** Files that other watchers had claimed and not finished, by their entries. */
  private readonly elsewhere = new Map<string, string>();
  private owner = '';

  constructor(private readonly directory: string) {
    this.journal = join(directory, '.taken');
  }

  async open(): Promise<void> {
    await makeDirectory(this.journal);
    const present = new Set((await readdir(this.directory)).map((name) => hash(name)));
    for (const entry of await readdir(this.journal)) {
      const state = this.stateOf(entry);
      const keep = state === DONE ? present.has(fileOf(entry)) : await ownerLives(state);
      if (keep) this.entriesOf(fileOf(entry)).add(entry);
      else this.drop(entry, state);
    }
    this.owner = await registerOwner();
  }

  async freeAbandoned(): Promise<string[]> {
    const freed: string[] = [];
    for (const [entry, name] of this.elsewhere) {
      const state = this.stateOf(entry);
      if (await ownerLives(state)) continue;
      this.elsewhere.delete(entry);
      if (state === DONE) continue;
      this.drop(entry, state);
      freed.push(name);
    }
    return freed;
  }

  private drop(entry: string, state: string): void {
    // Another watcher may have dropped it meanwhile, and a third one taken the file.
    if (this.stateOf(entry) === state) rmSync(this.placeOf(entry), { recursive: true, force: true });
  }

  claim(name: string, content: Uint8Array): Claim | 'done' | undefined {
    const entry = `${hash(name)}-${hash(content)}`;
    if (this.enter(entry)) {
      return {
        path: join(this.directory, name),
        release: () => this.release(entry),
        finish: () => this.finish(entry),
      };
    }
    if (this.stateOf(entry) === DONE) return DONE;
    if (!this.claimed.has(entry)) this.elsewhere.set(entry, name);
    return undefined;
  }

  /** @returns false when it is in the journal already */
  private enter(entry: string): boolean {
    try {
      symlinkSync(this.owner, this.placeOf(entry));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    this.claimed.add(entry);
    this.entriesOf(fileOf(entry)).add(entry);
    return true;
  }

  /** Whose an entry is, or that it is done; empty when there is none. */
  private stateOf(entry: string): string {
    try {
      return readlinkSync(this.placeOf(entry));
    } catch {
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

  async reject(name: string, stamp: string): Promise<boolean> {
    const entry = `${hash(name)}-${hash(Buffer.from(stamp))}`;
    if (!this.enter(entry)) return false;
    await this.finish(entry);
    return true;
  }

  async close(): Promise<void> {
    unregisterOwner(this.owner);
    for (const entry of [...this.claimed]) await this.release(entry);
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

/** The part of an entry that stands for the file's name. */
function fileOf(entry: string): string {
  return entry.split('-')[0] ?? '';
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
