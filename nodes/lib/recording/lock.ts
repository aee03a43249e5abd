import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childEnvironment } from '../child-environment';
import { messageOf, V2xError } from '../errors';

const LOCK_NAME = '.lock';
/** `flock` exits with this when another process holds the lock. */
const TAKEN = 75;

/**
 * Makes this process the only recorder of a directory. A small child holds the kernel's lock (flock(1)) for as long
 * as its stdin is open: it is free again when this process ends, however that happens, and never stale.
 * @returns what gives the lock back
 * @throws V2xError `taken` when another recorder has the directory
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const args = [
    '-n',
    '-E',
    String(TAKEN),
    join(directory, LOCK_NAME),
    'sh',
    '-c',
    'echo locked; exec cat >&2',
  ];
  const holder = spawn('flock', args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    env: childEnvironment(),
  });
  const exit = once(holder, 'close');
  const locked = once(holder.stdout, 'data').then(() => 'locked' as const);
  const first = await Promise.race([locked, exit]).catch((error: unknown) => {
    throw new V2xError('lock', `flock does not run (${messageOf(error)}); run: sudo apt install util-linux`);
  });
  if (first !== 'locked') throw refusal(directory, Number(first[0]));
  return async () => {
    holder.stdin.end();
    await exit;
  };
}

function refusal(directory: string, code: number): V2xError {
  if (code === TAKEN) {
    return new V2xError(
      'taken',
      `Another recorder writes into ${directory}; give each camera a segment store of its own`,
      { directory },
    );
  }
  return new V2xError('lock', `The directory ${directory} cannot be locked (flock: ${code})`, { directory });
}
