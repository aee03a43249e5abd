import { isAbsolute, join } from 'node:path';
import { V2xError } from '../errors';

const ENVIRONMENT_REFERENCE = /^\$\{[^}]+\}$/;
const FROM_MESSAGE = /^(msg|flow|global)\../;

/** Whether a setting is nothing but `${NAME}`: Node-RED then puts the variable's value in its place. */
export function isReference(setting: string): boolean {
  return ENVIRONMENT_REFERENCE.test(setting);
}

/** Whether a setting points to messages or context: `msg.pre`, `flow.pre`, `global.pre`. */
export function isFromMessage(setting: unknown): setting is string {
  return typeof setting === 'string' && FROM_MESSAGE.test(setting);
}

/**
 * A node's settings without those that are empty or name an environment variable which is not set:
 * Node-RED leaves `${NAME}` standing then, and the node's own default is what the user means.
 */
export function withoutUnset<T extends object>(settings: T): Partial<T> {
  const entries = Object.entries(settings).filter(
    ([, value]) => value !== '' && value !== null && !(typeof value === 'string' && isReference(value)),
  );
  return Object.fromEntries(entries) as Partial<T>;
}

export interface NumberRange {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/**
 * A number from a setting; the editor and the environment both give strings.
 * @throws V2xError `setting` naming the setting, its value and the range
 */
export function numberSetting(name: string, value: unknown, { fallback, min, max }: NumberRange): number {
  if (value === undefined || value === '') return fallback;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number >= min && number <= max) return number;
  throw new V2xError(
    'setting',
    `The setting "${name}" is ${JSON.stringify(value)}; it must be a number from ${min} to ${max}`,
    { name, min, max },
  );
}

/** True or false from a setting; the environment gives strings. */
export function booleanSetting(value: unknown, fallback: boolean): boolean {
  if (value === undefined || value === '') return fallback;
  return value === true || value === 'true' || value === '1';
}

/**
 * Where a directory setting points: absolute paths stand; relative ones are below the data root,
 * which is V2X_DATA or else `v2x` in Node-RED's user directory.
 */
export function dataPath(directory: string, userDir: string | undefined): string {
  if (isAbsolute(directory)) return directory;
  const root = process.env.V2X_DATA || join(userDir ?? process.cwd(), 'v2x');
  return join(root, directory);
}
