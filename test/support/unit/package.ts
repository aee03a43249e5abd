import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';

const ROOT = resolve('.');

export interface Definition {
  readonly category: string;
  readonly color?: string;
  readonly defaults: Readonly<
    Record<
      string,
      {
        readonly value: unknown;
        readonly type?: string;
        readonly label?: string;
        readonly validate?: (this: unknown, value: string, options: { readonly label: string }) => unknown;
      }
    >
  >;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly icon?: string;
  readonly paletteLabel?: string;
}

export const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly description: string;
  readonly license: string;
  readonly type?: string;
  readonly repository: { readonly url: string };
  readonly bugs: string;
  readonly keywords: readonly string[];
  readonly engines: { readonly node: string };
  readonly 'node-red': { readonly version: string; readonly nodes: Readonly<Record<string, string>> };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly files: readonly string[];
};

/** The types of this package, as package.json announces them to Node-RED. */
export const TYPES = Object.keys(manifest['node-red'].nodes);

/** What the built editor script of a type registers. */
export function editorDefinition(type: string): Definition {
  const definition = runEditorScript(type).definitions.get(type);
  if (!definition) throw new Error(`${type}.html registers no ${type}`);
  return definition;
}

/** Runs the built editor script of a type. @returns what it registers, and what it leaves in the global scope */
export function runEditorScript(type: string): {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly globals: readonly string[];
} {
  const html = readFileSync(join(ROOT, 'dist', type, `${type}.html`), 'utf8');
  const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const definitions = new Map<string, Definition>();
  const RED = {
    _: (key: string) => key,
    events: { on: () => undefined },
    nodes: { registerType: (name: string, definition: Definition) => definitions.set(name, definition) },
  };
  const scope = { RED };
  runInNewContext(script, scope);
  return { definitions, globals: Object.keys(scope).filter((name) => name !== 'RED') };
}

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly [property: string]: unknown;
}

export function readFlow(path: string): FlowNode[] {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as FlowNode[];
}

export const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.json'));

/** The texts of a type in a language as built, with those of all dialogs, as `a.b.c` -> text. */
export function catalogue(type: string, language: 'en-US' | 'ko'): Map<string, string> {
  const path = join(ROOT, 'dist', type, 'locales', language, `${type}.json`);
  const texts = new Map<string, string>();
  const collect = (value: unknown, key: string): void => {
    if (typeof value === 'string') texts.set(key, value);
    else
      for (const [name, below] of Object.entries(value as object))
        collect(below, key === '' ? name : `${key}.${name}`);
  };
  collect(JSON.parse(readFileSync(path, 'utf8')), '');
  return texts;
}
