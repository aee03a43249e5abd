import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment } from './child-environment';
import { codeOf } from '../errors';

const execute = promisify(execFile);
const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 4 << 20;

/**
 * What a program of the system prints.
 * @returns undefined when it is not there, fails, or takes too long
 */
export async function outputOf(program: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const options = {
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...childEnvironment(), LC_ALL: 'C' },
    };
    return (await execute(program, args, options)).stdout;
  } catch {
    return undefined;
  }
}

/** Whether a program of the system is there. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    await execute(program, ['--version'], { timeout: TIMEOUT_MS, env: childEnvironment() });
    return true;
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
}
