import { isFromMessage, type NumberSetting } from '../lib/node-red/settings';
import { isReference } from './texts';

/** The node that a property belongs to, as far as checks look at it. */
export interface Checked {
  _(key: string, values?: Record<string, string | number>): string;
  readonly id: string;
  readonly type: string;
}

/** As the types know it; since 3.0 Node-RED also takes a text that says what is wrong. */
type Validator = (this: unknown, value: string) => boolean;

/**
 * A check of one property. Nothing and `${NAME}` always pass: the default, and what only the machine knows.
 * @param problem says what is wrong with a value, or undefined
 */
export function check(problem: (value: string, node: Checked) => string | undefined): Validator {
  // Node-RED takes the text of a check that has two parameters.
  function validate(
    this: Checked,
    value: string | number | undefined,
    options?: { label?: string },
  ): true | string {
    const text = String(value ?? '').trim();
    if (text === '' || isReference(text)) return true;
    const found = problem(text, this);
    if (found === undefined) return true;
    return options?.label === undefined ? found : `${options.label}: ${found}`;
  }
  return validate as unknown as Validator;
}

/** A number as its setting allows it; the runtime checks the same. */
export function allowed({ min, max, whole, fromMessage }: NumberSetting): Validator {
  return check((value, node) => {
    if (fromMessage && isFromMessage(value)) return undefined;
    const given = Number(value);
    const fits = given >= min && given <= max && (!whole || Number.isInteger(given));
    return fits ? undefined : node._(`v2x.invalid.${whole ? 'whole' : 'number'}`, { min, max });
  });
}

/**
 * A text that a function of the runtime can read.
 * @param parse throws when it cannot
 * @param key of the catalogue's text that says what it may be
 */
export function readable(parse: (text: string) => unknown, key: string): Validator {
  return check((value, node) => {
    try {
      parse(value);
      return undefined;
    } catch {
      return node._(key);
    }
  });
}

/** A directory: any path, but nothing that is plainly something else. */
export function directory(): Validator {
  return check((value, node) =>
    /^[a-z][a-z\d+.-]*:\/\//i.test(value) || /\p{Cc}/u.test(value) ? node._('v2x.invalid.path') : undefined,
  );
}
