import { createHash } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors';
import type { Custody } from './custody';
import { ownerLives, registerOwner, unregisterOwner } from './owner';

const DONE = 'done';

/**
 * Takes a file without touching it: a journal in `.taken` holds one entry per file and content. An entry is a symbolic
 * link that leads nowhere: it is made in one step, fails when it exists, and says whose it is, or that it is done.
 */
export class JournalCustody implements Custody {
  private readonly journal: string;
  /** Entries by the file they are about; a file has one for each content it had. */
  private readonly entries = new Map<string, Set<string>>();
  /** Entries of files that are claimed and not finished. */
  private readonly claimed = new Map<string, string>();
  private owner = '';

  constructor(private readonly directory: string) {
    this.journal = join(directory, '.taken');
  }

  async open(): Promise<void> {
    await mkdir(this.journal, { recursive: true });
    const present = new Set((await readdir(this.directory)).map((name) => hash(name)));
    for (const entry of await readdir(this.journal)) {
      const state = await readlink(join(this.journal, entry)).catch(() => '');
      const [file = ''] = entry.split('-');
      const keep = state === DONE ? present.has(file) : await ownerLives(state);
      if (keep) this.entriesOf(file).add(entry);
      else await rm(join(this.journal, entry), { recursive: true, force: true });
    }
    this.owner = await registerOwner();
  }

  claim(name: string, content: Uint8Array): string | undefined {
    const entry = `${hash(name)}-${hash(content)}`;
    try {
      symlinkSync(this.owner, join(this.journal, entry));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw error;
    }
    this.claimed.set(name, entry);
    return join(this.directory, name);
  }

  async release(name: string): Promise<void> {
    const entry = this.claimed.get(name);
    this.claimed.delete(name);
    if (entry !== undefined) await rm(join(this.journal, entry), { force: true });
  }

  async finish(name: string): Promise<void> {
    const entry = this.claimed.get(name);
    if (entry === undefined) return;
    const finished = join(this.journal, `${entry}-${this.owner}`);
    await symlink(DONE, finished);
    await rename(finished, join(this.journal, entry));
    this.claimed.delete(name);
    await this.forgetOthers(entry);
  }

  async reject(name: string, stamp: string): Promise<boolean> {
    if (this.claim(name, Buffer.from(stamp)) === undefined) return false;
    await this.finish(name);
    return true;
  }

  async close(): Promise<void> {
    unregisterOwner(this.owner);
    for (const name of [...this.claimed.keys()]) await this.release(name);
  }

  /** Drops what the journal says of earlier contents of a file. */
  private async forgetOthers(entry: string): Promise<void> {
    const [file = ''] = entry.split('-');
    const entries = this.entriesOf(file);
    for (const other of entries) await rm(join(this.journal, other), { force: true });
    entries.clear();
    entries.add(entry);
  }

  private entriesOf(file: string): Set<string> {
    const entries = this.entries.get(file) ?? new Set();
    this.entries.set(file, entries);
    return entries;
  }
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
