import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment } from './child-environment';
import { messageOf, V2xError } from './errors';

/** `flock` exits with this when another process holds the lock. */
const TAKEN = 75;

/**
 * Takes a lock that one holder has at a time, of this process or another. A small child holds the kernel's lock
 * (flock(1)) for as long as its stdin is open: it is free again when this process ends, however that happens, and never
 * stale.
 * @param path the file that is locked; it is made when it is missing
 * @returns what gives the lock back; undefined when another has it
 * @throws V2xError `lock` when flock does not run or cannot lock the file
 */
export async function takeLock(path: string): Promise<(() => Promise<void>) | undefined> {
  const args = ['-n', '-E', String(TAKEN), path, 'sh', '-c', 'echo locked; exec cat >&2'];
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
  if (first === 'locked') {
    return async () => {
      holder.stdin.end();
      await exit;
    };
  }
  if (first[0] === TAKEN) return undefined;
  throw new V2xError('lock', `${path} cannot be locked (flock: ${String(first[0])})`, { path });
}
