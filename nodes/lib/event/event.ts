import { Ajv2020, type ErrorObject } from 'ajv/dist/2020';
import type { EventFile, IncidentEvent } from '../../contracts';
import { V2xError } from '../errors';
import { isObject } from './parse/json';
import { eventSchema, WORD } from './schema';

export type { EventFile, IncidentEvent };

const ajv = new Ajv2020({ allErrors: false, useDefaults: true, verbose: true, allowUnionTypes: true });
const matchesSchema = ajv.compile<EventFile>(eventSchema);

/**
 * Checks a value against the event schema and fills in defaults.
 * @param value anything; it is not changed
 * @param defaults `id` and `ts` (Unix seconds) for an event that carries none
 * @throws InvalidProperty `event`, naming the property, its value and the rule
 */
export function toEvent(
  value: unknown,
  defaults: { readonly id: string; readonly ts: number },
): IncidentEvent {
  // The schema fills in defaults of the object itself only.
  const candidate: unknown = isObject(value) ? { ...value } : value;
  if (!matchesSchema(candidate)) throw invalidEvent(matchesSchema.errors ?? []);
  const { id = defaults.id, ts = defaults.ts } = candidate;
  return { ...(candidate as IncidentEvent), id, ts: Number(ts) };
}

/** A property of an event that breaks the schema; an empty name stands for the event itself. */
export class InvalidProperty extends V2xError {
  constructor(
    problem: string,
    readonly property: string,
    readonly rule: string,
  ) {
    super('event', problem, { property, rule });
  }
}

function invalidEvent(errors: readonly ErrorObject[]): InvalidProperty {
  // `anyOf` reports its branches first and itself last; the last one speaks of the whole property.
  const error = errors.at(-1);
  const property = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const rule =
    error?.keyword === 'anyOf' ? 'must be Unix time in seconds, a number or a numeric string' : ruleOf(error);
  const subject = property === '' ? 'the event' : `"${property}" is ${preview(error?.data)} and`;
  return new InvalidProperty(`${subject} ${rule}`, property, rule);
}

function ruleOf(error: ErrorObject | undefined): string {
  const allowed: unknown = error?.params.allowedValues;
  if (Array.isArray(allowed)) return `must be one of ${allowed.join(', ')}`;
  if (error?.keyword === 'pattern') {
    return error.params.pattern === WORD
      ? 'must be a short word of ASCII letters, digits and _ . : - that begins with a letter or digit'
      : 'must not contain control characters';
  }
  if (error?.keyword === 'type') {
    return `must be ${error.params.type === 'object' ? 'an' : 'a'} ${String(error.params.type)}`;
  }
  return error?.message ?? 'is not valid';
}

/** A value as it may stand in a message. */
export function preview(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'missing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
