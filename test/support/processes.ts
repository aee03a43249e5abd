import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process of this machine, as every user sees it in /proc. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Its arguments, separated by NUL. */
  readonly commandLine: string;
}

/**
 * All processes that are there; those that end meanwhile are left out. It reads synchronously: through the thread pool a
 * look at 200 processes costs six times the CPU, and a test looks again and again.
 */
export function processes(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(entryOf)
    .filter((entry) => entry !== undefined);
}

/** A process and all that it started, and those started in turn. */
export function familyOf(pid: number): ProcessEntry[] {
  const all = processes();
  const family = new Set([pid]);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const entry of all) if (family.has(entry.parent)) family.add(entry.pid);
  }
  return all.filter((entry) => family.has(entry.pid));
}

function entryOf(name: string): ProcessEntry | undefined {
  try {
    const [stat, commandLine] = ['stat', 'cmdline'].map((file) =>
      readFileSync(join('/proc', name, file), 'utf8'),
    );
    // The program's name stands in parentheses and may hold anything; state and parent follow.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { pid: Number(name), parent: Number(parent), commandLine };
  } catch {
    return undefined;
  }
}
