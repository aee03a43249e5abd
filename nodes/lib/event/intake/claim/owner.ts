import { readFile } from 'node:fs/promises';
import { codeOf } from '../../../errors';

/** Watchers of this process that live; it may have several, also on one directory. */
const living = new Set<string>();
let count = 0;

/**
 * A name for a watcher from which others can see whether it is still alive: process id, start of the process (in clock ticks
 * since boot, so that a reused process id is not taken for it), and a number within the process.
 * Watchers that share a directory must see each other's processes: one host, one process namespace.
 */
export async function registerOwner(): Promise<string> {
  count += 1;
  const owner = `${process.pid}-${(await startOf(process.pid)) ?? 0}-${count}`;
  living.add(owner);
  return owner;
}

export function unregisterOwner(owner: string): void {
  living.delete(owner);
}

/** Whether the watcher of that name still lives; false for anything that is no such name. */
export async function ownerLives(owner: string): Promise<boolean> {
  const [pid = 0, start = 0] = owner.split('-').map(Number);
  if (living.has(owner)) return true;
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return ((await startOf(pid)) ?? 0) === start;
}

/** proc(5): field 22 of /proc/[pid]/stat; undefined where there is no such file. */
async function startOf(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command in parentheses, may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3]);
  } catch {
    return undefined;
  }
}
