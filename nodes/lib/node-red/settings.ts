import { V2xError } from '../errors';

// The editor's scripts import this file too: nothing here may need Node.js.

const ENVIRONMENT_REFERENCE = /^\$\{[^}]+\}$/;
const FROM_MESSAGE = /^(msg|flow|global)\../;

interface NumberRange {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  /** Fractions are refused. */
  readonly whole?: boolean;
}

/** A number; without a fallback it may be left out. */
export interface NumberSetting extends Omit<NumberRange, 'fallback'> {
  readonly kind: 'number';
  readonly fallback: number | undefined;
  /** What the number counts, a key below `v2x.unit` of the catalogue. */
  readonly unit?: string;
  /** The setting may also name where each message has the number: `msg.pre`. */
  readonly fromMessage?: true;
}

export interface ChoiceSetting<Choice extends string = string> {
  readonly kind: 'choice';
  readonly choices: readonly Choice[];
  readonly fallback: Choice;
}

export interface SwitchSetting {
  readonly kind: 'switch';
  readonly fallback: boolean;
}

export interface TextSetting {
  readonly kind: 'text';
  readonly fallback: string;
}

export type Setting = NumberSetting | ChoiceSetting | SwitchSetting | TextSetting;

/**
 * The settings of a node type by name, without those that have a form of their own (config nodes, drawn areas). Runtime,
 * dialog, help and doctor all read ranges, choices and defaults here.
 */
export type SettingTable = Readonly<Record<string, Setting>>;

type ValueOf<S extends Setting> =
  S extends ChoiceSetting<infer Choice>
    ? Choice
    : S extends { readonly fromMessage: true }
      ? S['fallback'] | string
      : S['fallback'];

/** What a node works with once its settings have been read. */
export type SettingValues<Table extends SettingTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>;
};

type NumberOptions = Omit<NumberSetting, 'kind' | 'fallback'>;

export function number<Options extends NumberOptions & { readonly fallback: number }>(
  options: Options,
): Options & { readonly kind: 'number' };
export function number(options: NumberOptions): NumberSetting;
export function number(options: NumberOptions & { readonly fallback?: number }): NumberSetting {
  return { kind: 'number', fallback: undefined, ...options };
}

/** One of several words; the first is the default. */
export function choice<const Choices extends readonly [string, ...string[]]>(
  ...choices: Choices
): ChoiceSetting<Choices[number]> {
  return { kind: 'choice', choices, fallback: choices[0] };
}

export function onOff(fallback: boolean): SwitchSetting {
  return { kind: 'switch', fallback };
}

export function text(fallback: string): TextSetting {
  return { kind: 'text', fallback };
}

/**
 * Reads all settings of a table.
 * @throws V2xError `setting` naming the first one that cannot be
 */
export function readSettings<Table extends SettingTable>(
  table: Table,
  config: Readonly<Partial<Record<string, unknown>>>,
): SettingValues<Table> {
  const entries = Object.entries(table).map(([name, setting]) => [
    name,
    readSetting(name, setting, config[name]),
  ]);
  return Object.fromEntries(entries) as SettingValues<Table>;
}

/**
 * Reads one setting; the environment gives strings for every kind.
 * @param name for the error, such as `pre` or `V2X_PRE`
 * @throws V2xError `setting` naming the setting, its value, and what it may be
 */
export function readSetting<S extends Setting>(name: string, setting: S, value: unknown): ValueOf<S>;
export function readSetting(name: string, setting: Setting, value: unknown): ValueOf<Setting> | undefined {
  const isSet = value !== undefined && value !== null && value !== '';
  switch (setting.kind) {
    case 'number':
      if (setting.fromMessage && isFromMessage(value)) return value;
      return isSet ? numberSetting(name, value, { ...setting, fallback: NaN }) : setting.fallback;
    case 'choice':
      return isSet ? choiceSetting(name, value, setting) : setting.fallback;
    case 'switch':
      return booleanSetting(value, setting.fallback);
    case 'text':
      return isSet ? textSetting(name, value) : setting.fallback;
  }
}

/**
 * A number from a setting.
 * @throws V2xError `setting` naming the setting, its value and the range
 */
export function numberSetting(
  name: string,
  value: unknown,
  { fallback, min, max, whole = false }: NumberRange,
): number {
  if (value === undefined || value === '') return fallback;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const fits = typeof number === 'number' && number >= min && number <= max;
  if (fits && (!whole || Number.isInteger(number))) return number;
  throw new V2xError(
    'setting',
    `The setting "${name}" is ${JSON.stringify(value)}; it must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`,
    { name, min, max },
  );
}

function choiceSetting(name: string, value: unknown, { choices }: ChoiceSetting): string {
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  const known = choices.map((choice) => `"${choice}"`).join(' or ');
  throw new V2xError('setting', `The setting "${name}" is ${JSON.stringify(value)}; it must be ${known}`, {
    name,
  });
}

function textSetting(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value).trim();
  throw new V2xError('setting', `The setting "${name}" must be text`, { name });
}

/** True or false from a setting; the environment gives strings. */
export function booleanSetting(value: unknown, fallback: boolean): boolean {
  if (value === undefined || value === '') return fallback;
  return value === true || value === 'true' || value === '1';
}

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
