import { join, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf, V2xError } from '../nodes/lib/errors';

/** Wrong use of the command line: one line, exit code 2. */
export function usageError(message: string): V2xError {
  return new V2xError('usage', message);
}

/**
 * Reads a command's options; there are no positional arguments.
 * @throws V2xError `usage` naming the option
 */
export function parseOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: joinNegativeNumbers(args), options, strict: true }).values;
  } catch (error) {
    throw usageError(firstSentence(messageOf(error)));
  }
}

/** The first sentence of a text: Node adds a hint of several to what is wrong. */
export function firstSentence(text: string): string {
  return text.replace(/(\. |\n).*/s, '');
}

/** `--lon -70.6` is a value, not an option; parseArgs asks for `--lon=-70.6`. */
function joinNegativeNumbers(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (/^-[.\d]/.test(arg) && before !== undefined && /^--[^=]+$/.test(before)) {
      joined[joined.length - 1] = `${before}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/**
 * A number from an option.
 * @throws V2xError `usage`
 */
export function numberOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number)) throw usageError(`--${name} is ${JSON.stringify(text)}; it must be a number`);
  return number;
}

/** An environment variable; empty means not set. */
export function environment(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** A path below the data root: V2X_DATA, or `.v2x` in the working directory. */
export function dataPath(name: string): string {
  return join(resolve(environment('V2X_DATA') ?? '.v2x'), name);
}
