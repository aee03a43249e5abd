// Turns `<v2x-row name="pre" icon="clock-o" unit="seconds" />` in a node's html into the rows that Node-RED's dialogs
// are made of: label with icon and tooltip, input, unit. Texts come from the node's catalogue: `label.<name>`,
// `tip.<name>`, `<name>.<option>`, `checkbox.<name>`, `empty.<name>`.
//
//   name         property or credential
//   icon         of Font Awesome 4
//   kind         text (also for config nodes, which Node-RED makes a list of), lines, password, checkbox
//   options      values of a list
//   placeholder  an example, where there is no default
//   empty        an empty field has a meaning of its own, which its catalogue text says in the field
//   unit         behind the input, `v2x.unit.<unit>`; such inputs are short
//
// Default, choices and unit come from the node's table of settings (`settings.ts`) where it has the property.

const ROW = /^( *)<v2x-row\s([^>]*?)\/>$/gm;

/**
 * @param settings the node's table of settings
 * @returns the html with its rows written out
 */
export function writeOutRows(html, type, isConfig, settings) {
  return html.replace(ROW, (_, indent, attributes) =>
    row(
      type,
      isConfig ? 'node-config-input' : 'node-input',
      withSetting(attributesOf(attributes), settings),
    ).replace(/^/gm, indent),
  );
}

function attributesOf(text) {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value = '']) => [name, value]),
  );
}

function withSetting(attributes, settings) {
  const setting = settings[attributes.name];
  if (setting === undefined) return attributes;
  const { kind, choices, fallback, unit, fromMessage } = setting;
  return {
    ...attributes,
    ...(kind === 'switch' && { kind: 'checkbox' }),
    ...(choices && { options: choices.join(' ') }),
    ...(unit && { unit }),
    ...(fallback !== undefined && !choices && kind !== 'switch' && { placeholder: String(fallback) }),
    ...(fromMessage && { wide: '' }),
  };
}

function row(type, prefix, attributes) {
  const { name, icon, unit } = attributes;
  const isName = name === 'name';
  const label = isName ? 'node-red:common.label.name' : `${type}.label.${name}`;
  const tip = isName ? '' : ` data-i18n="[title]${type}.tip.${name}"`;
  const after = attributes.kind === 'checkbox' ? `${type}.checkbox.${name}` : unit && `v2x.unit.${unit}`;
  return [
    '<div class="form-row">',
    `  <label for="${prefix}-${name}"${tip}><i class="fa fa-${icon}"></i> <span data-i18n="${label}"></span></label>`,
    `  ${input(type, `${prefix}-${name}`, attributes)}`,
    ...(after ? [`  <span data-i18n="${after}"></span>`] : []),
    '</div>',
  ].join('\n');
}

function input(type, id, { name, kind = 'text', options, placeholder, empty, unit, wide }) {
  if (options !== undefined) {
    const choices = options
      .split(' ')
      .map((value) => `<option value="${value}" data-i18n="${type}.${name}.${value}"></option>`);
    return `<select id="${id}" style="width: 70%">${choices.join('')}</select>`;
  }
  if (kind === 'checkbox') {
    return `<input type="checkbox" id="${id}" style="display: inline-block; width: auto; vertical-align: top" />`;
  }
  const text = name === 'name' ? 'node-red:common.label.name' : empty === '' && `${type}.empty.${name}`;
  const hint = text ? ` data-i18n="[placeholder]${text}"` : placeholder && ` placeholder="${placeholder}"`;
  if (kind === 'lines') return `<textarea id="${id}" rows="10" style="width: 70%"></textarea>`;
  const width = unit === undefined ? '70%' : wide === undefined ? '120px' : '50%';
  const silent = kind === 'password' ? ' autocomplete="new-password"' : '';
  return `<input type="${kind}" id="${id}"${hint ?? ''}${silent} style="width: ${width}" />`;
}
