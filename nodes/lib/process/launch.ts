import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** `setpriv` of util-linux lets a child get SIGTERM when its parent dies, also by kill -9; the one of BusyBox cannot. */
const DIE_WITH_PARENT = ['setpriv', '--pdeathsig', 'TERM'];
/** Idle I/O class and a low CPU share: the work gives way to recording and alerts. */
const LOW_PRIORITY = ['nice', '-n', '15', 'ionice', '-c', '3', '-t'];

const working = new Map<readonly string[], Promise<boolean>>();

interface Launch {
  /** Words to put before the program: each replaces itself by what follows, so the process id is the program's own. */
  readonly prefix: readonly string[];
  /** Whether the child ends when this process dies. */
  readonly diesWithParent: boolean;
}

/** How to start a child on this machine: bound to our life, and at low priority when asked, where the tools exist. */
export async function launchPrefix(lowPriority: boolean): Promise<Launch> {
  const diesWithParent = await works(DIE_WITH_PARENT);
  const prefix = diesWithParent ? [...DIE_WITH_PARENT] : [];
  if (lowPriority && (await works(LOW_PRIORITY))) prefix.push(...LOW_PRIORITY);
  return { prefix, diesWithParent };
}

function works(words: readonly string[]): Promise<boolean> {
  const known = working.get(words);
  if (known) return known;
  const [program, ...args] = [...words, 'true'];
  const attempt = execute(program, args).then(
    () => true,
    () => false,
  );
  working.set(words, attempt);
  return attempt;
}
