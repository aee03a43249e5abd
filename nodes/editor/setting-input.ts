import type { EditorWidgetTypedInputTypeDefinition } from 'node-red';
import type { Search } from './machine';
import { isReference } from './texts';
import type { Checked } from './validate';

interface SettingInputOptions {
  /** What is typed in plainly. */
  readonly plain: 'number' | 'text';
  /** Offers values for what is typed in plainly. */
  readonly offer?: Search;
  /** Also from a message or context. */
  readonly fromMessage?: boolean;
}

type Type = EditorWidgetTypedInputTypeDefinition & { readonly autoComplete?: Search };

interface Definition {
  readonly label?: string;
  readonly validate?: (this: Checked, value: string, options: { label?: string | undefined }) => unknown;
}

const PLAIN = 'plain';
const CONTEXTS = /^(msg|flow|global)\.(.+)$/;

/**
 * Makes a setting's input one that can also take its value from the environment, or from messages and context. The
 * property itself stays one text, as it stands in flows: `300`, `${V2X_PRE}`, `msg.pre`.
 * @param selector the property's input, `#id`
 */
export function settingInput(node: Checked, selector: string, options: SettingInputOptions): void {
  const property = $(selector);
  const typed = property
    .clone()
    .attr('id', `${selector.slice(1)}-typed`)
    .insertBefore(property);
  const { type, value } = parse(String(property.val()), options.fromMessage ?? false);
  typed.val(value);
  typed.typedInput({ default: type, types: typesOf(node, options) });
  typed.typedInput('type', type);
  // Node-RED marks what stands behind the property's input when the property is not valid.
  property.hide().insertAfter(typed);
  const container = property.next();
  const showProblem = () => container.attr('title', problemOf(node, selector, String(property.val())));
  property.on('change', showProblem);
  typed.on('change', () => {
    const text = format(typed.typedInput('type'), typed.typedInput('value'));
    if (text !== property.val()) property.val(text).trigger('change');
  });
  showProblem();
}

/** What is wrong with a property: Node-RED ties its own words to the input that is hidden here. */
function problemOf(node: Checked, selector: string, value: string): string {
  const { defaults } = (node as Checked & { _def: { defaults: Record<string, Definition | undefined> } })
    ._def;
  const definition = defaults[selector.replace(/^#node-(config-)?input-/, '')];
  const answer = definition?.validate?.call(node, value, { label: definition.label });
  return typeof answer === 'string' ? answer : '';
}

function typesOf(node: Checked, { plain, offer, fromMessage }: SettingInputOptions): Type[] {
  const own: Type = {
    value: PLAIN,
    label: node._(`v2x.plain.${plain}`),
    icon: `red/images/typedInput/${plain === 'number' ? '09' : 'az'}.svg`,
    ...(offer && { autoComplete: offer }),
  };
  const others = fromMessage ? ['msg', 'flow', 'global', 'env'] : ['env'];
  return [own, ...(others as unknown as Type[])];
}

function parse(text: string, fromMessage: boolean): { type: string; value: string } {
  if (isReference(text)) return { type: 'env', value: text.slice(2, -1) };
  const context = fromMessage ? CONTEXTS.exec(text) : null;
  return context ? { type: context[1], value: context[2] } : { type: PLAIN, value: text };
}

function format(type: string, value: string): string {
  if (type === PLAIN || value === '') return value;
  return type === 'env' ? `\${${value}}` : `${type}.${value}`;
}
