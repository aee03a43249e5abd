import { createHash } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors';
import type { Claim, Custody } from './custody';
import { ownerLives, registerOwner, unregisterOwner } from './owner';

const DONE = 'done';

/**
 * Takes a file without touching it: a journal in `.taken` holds one entry per file and content. An entry is a symbolic
 * link that leads nowhere: it is made in one step, fails when it exists, and says whose it is, or that it is done.
 */
export class JournalCustody implements Custody {
  private readonly journal: string;
  /** Entries by the file they are about, oldest first; a file has one for each content it had. */
  private readonly entries = new Map<string, Set<string>>();
  /** Entries of files that are claimed and not finished. */
  private readonly claimed = new Set<string>();
  private owner = '';

  constructor(private readonly directory: string) {
    this.journal = join(directory, '.taken');
  }

  async open(): Promise<void> {
    await mkdir(this.journal, { recursive: true });
    const present = new Set((await readdir(this.directory)).map((name) => hash(name)));
    for (const entry of await readdir(this.journal)) {
      const state = await readlink(join(this.journal, entry)).catch(() => '');
      const keep = state === DONE ? present.has(fileOf(entry)) : await ownerLives(state);
      if (keep) this.entriesOf(fileOf(entry)).add(entry);
      else await rm(join(this.journal, entry), { recursive: true, force: true });
    }
    this.owner = await registerOwner();
  }

  claim(name: string, content: Uint8Array): Claim | undefined {
    const entry = this.enter(name, content);
    return entry === undefined
      ? undefined
      : {
          path: join(this.directory, name),
          release: () => this.release(entry),
          finish: () => this.finish(entry),
        };
  }

  private enter(name: string, content: Uint8Array): string | undefined {
    const entry = `${hash(name)}-${hash(content)}`;
    try {
      symlinkSync(this.owner, join(this.journal, entry));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw error;
    }
    this.claimed.add(entry);
    this.entriesOf(fileOf(entry)).add(entry);
    return entry;
  }

  private async release(entry: string): Promise<void> {
    this.claimed.delete(entry);
    this.entriesOf(fileOf(entry)).delete(entry);
    await rm(join(this.journal, entry), { force: true });
  }

  private async finish(entry: string): Promise<void> {
    this.claimed.delete(entry);
    // A later content of the file was finished before.
    if (!this.entriesOf(fileOf(entry)).has(entry)) return;
    const finished = join(this.journal, `${entry}-${this.owner}`);
    await symlink(DONE, finished);
    await rename(finished, join(this.journal, entry));
    await this.forgetBefore(entry);
  }

  async reject(name: string, stamp: string): Promise<boolean> {
    const entry = this.enter(name, Buffer.from(stamp));
    if (entry === undefined) return false;
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
      await rm(join(this.journal, other), { force: true });
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
