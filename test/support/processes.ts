import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A process of this machine, as every user sees it in /proc. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Its arguments, separated by NUL. */
  readonly commandLine: string;
}

/** All processes that are there; those that end meanwhile are left out. */
export async function processes(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map(entryOf));
  return entries.filter((entry) => entry !== undefined);
}

/** A process and all that it started, and those started in turn. */
export async function familyOf(pid: number): Promise<ProcessEntry[]> {
  const all = await processes();
  const family = new Set([pid]);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const entry of all) if (family.has(entry.parent)) family.add(entry.pid);
  }
  return all.filter((entry) => family.has(entry.pid));
}

async function entryOf(name: string): Promise<ProcessEntry | undefined> {
  try {
    const [stat, commandLine] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(join('/proc', name, file), 'utf8')),
    );
    // The program's name stands in parentheses and may hold anything; state and parent follow.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { pid: Number(name), parent: Number(parent), commandLine };
  } catch {
    return undefined;
  }
}
