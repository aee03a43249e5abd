import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { atEnd, type Ending } from './at-end';
import { temporaryDirectory } from './flow';

const NAMESPACE = ['--user', '--map-root-user', '--mount'];

export interface SmallDisk {
  readonly path: string;
  /** Makes it as large as tmpfs understands it, such as `50m`. */
  resize(size: string): Promise<void>;
}

/** Why tests that need a small disk are skipped, or false. */
export function smallDiskMissing(): string | false {
  const mount = ['mount', '-t', 'tmpfs', 'tmpfs', '/tmp'];
  const { status } = spawnSync('unshare', [...NAMESPACE, ...mount], { stdio: 'ignore' });
  return status === 0 ? false : 'needs user namespaces that may mount';
}

/**
 * Makes a file system that is soon full. It is mounted in a namespace of its own, which takes no rights, is seen by no
 * other program, and goes with the shell that holds it, however the test ends; /proc leads into it.
 */
export async function smallDisk(context: Ending, size: string): Promise<SmallDisk> {
  const directory = await temporaryDirectory(context);
  const shell = spawn('unshare', [...NAMESPACE, 'sh', '-s', directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(shell, 'exit');
  atEnd(context, async () => {
    shell.kill('SIGKILL');
    await exit;
  });
  const lines = createInterface(shell.stdout);
  const mount = async (options: string) => {
    shell.stdin.write(`mount ${options} "$1"; echo $?\n`);
    assert.deepEqual(await Promise.race([once(lines, 'line'), exit]), ['0']);
  };
  await mount(`-t tmpfs -o size=${size} tmpfs`);
  return {
    path: `/proc/${shell.pid}/root${directory}`,
    resize: (to) => mount(`-o remount,size=${to}`),
  };
}
