import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { close, constants, existsSync, open } from 'node:fs';
import { promisify } from 'node:util';
import { childEnvironment } from '../process/child-environment';
import { outputOf } from '../process/output';
import { messageOf, V2xError } from '../errors';

const openFile = promisify(open);
const closeFile = promisify(close);

/** `flock` exits with this when another process holds the lock. */
const TAKEN = 75;

/**
 * Takes a lock that one holder has at a time, of this process or another. The kernel's lock (flock(2)) lies on the file
 * that this process has open: it is free again when this process ends, however that happens, and never stale.
 * @param path the file that is locked; it is made when it is missing
 * @returns what gives the lock back; undefined when another has it
 * @throws V2xError `lock` when flock does not run or cannot lock the file
 */
export async function takeLock(path: string): Promise<(() => Promise<void>) | undefined> {
  // A number: Node closes a FileHandle that nobody refers to any more. Node's other children do not inherit it.
  const file = await openFile(path, constants.O_RDWR | constants.O_CREAT).catch((error: unknown) => {
    throw lockError(path, messageOf(error));
  });
  let code: number | null = null;
  try {
    code = await lock(file);
  } finally {
    if (code !== 0) await closeFile(file);
  }
  if (code === 0) return () => closeFile(file);
  if (code === TAKEN) return undefined;
  throw lockError(path, `flock: ${String(code)}`);
}

/** Node has no flock(2). flock(1) locks a file that it inherits, and leaves it locked: the lock goes with the open file. */
async function lock(file: number): Promise<number | null> {
  const child = spawn('flock', ['-n', '-E', String(TAKEN), '3'], {
    stdio: ['ignore', 'ignore', 'ignore', file],
    env: childEnvironment(),
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  } catch (error) {
    const remedy = 'run: sudo apt install util-linux';
    throw new V2xError('lock', `flock does not run (${messageOf(error)})`, {}, { remedy, retry: 'later' });
  }
}

function lockError(path: string, reason: string): V2xError {
  return new V2xError('lock', `${path} cannot be locked (${reason})`, { path }, { retry: 'later' });
}

/**
 * As `takeLock` on Linux. Elsewhere there is no flock; a unit for trying out goes without.
 * @throws as `takeLock`
 */
export async function takeLockIfAny(path: string): Promise<(() => Promise<void>) | undefined> {
  return process.platform === 'linux' ? takeLock(path) : () => Promise.resolve();
}

/**
 * Whether a process holds a lock. Sharing it for a moment shows that, and several may share it at once. A missing file is
 * not made: it would belong to the user who asks.
 */
export async function isLocked(path: string): Promise<boolean> {
  return existsSync(path) && (await outputOf('flock', '-s', '-n', path, 'true')) === undefined;
}
