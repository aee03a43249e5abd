import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  catalogue,
  editorDefinition,
  EXAMPLES,
  manifest,
  readFlow,
  TYPES,
  type FlowNode,
} from './support/unit/package';

const STANDARD = new Set(['id', 'type', 'z', 'g', 'x', 'y', 'wires', 'd', 'info']);

/** What one does with the nodes of each category of the palette, and its colour. */
const CATEGORIES = new Map([
  ['V2X footage', '#8FBC8F'],
  ['V2X events', '#E2C06A'],
  ['V2X alerts', '#E9967A'],
  ['V2X vehicle', '#8FB7D3'],
]);

describe('package', () => {
  it('groups its nodes in the palette by what one does with them, with one colour each', () => {
    const nodes = TYPES.map(editorDefinition).filter(({ category }) => category !== 'config');
    assert.deepEqual(new Set(nodes.map(({ category }) => category)), new Set(CATEGORIES.keys()));
    for (const { category, color, paletteLabel } of nodes)
      assert.equal(color, CATEGORIES.get(category), paletteLabel);
  });

  it('has at most six dependencies', () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it('ships what its entries point to', () => {
    for (const path of Object.values(manifest['node-red'].nodes)) assert.ok(existsSync(path), path);
    assert.ok(existsSync('dist/cli/v2x.js'));
    assert.ok(existsSync('dist/event.schema.json'));
  });
});

for (const type of TYPES) {
  describe(type, () => {
    it('has an icon of its own, unless it is a config node', () => {
      const { category, icon } = editorDefinition(type);
      if (category === 'config') return;
      assert.ok(existsSync(`dist/${type}/icons/${icon}`), icon);
    });

    it('has the same texts and help in both languages', () => {
      const english = catalogue(type, 'en-US');
      assert.deepEqual([...catalogue(type, 'ko').keys()].sort(), [...english.keys()].sort());
      for (const language of ['en-US', 'ko']) {
        const help = readFileSync(`nodes/${type}/locales/${language}/${type}.html`, 'utf8');
        assert.ok(help.includes(`data-help-name="${type}"`), language);
      }
    });

    it('has statuses under 20 characters', () => {
      for (const language of ['en-US', 'ko'] as const) {
        for (const [key, text] of catalogue(type, language)) {
          if (!key.startsWith(`${type}.status.`)) continue;
          assert.ok(text.replaceAll(/__\w+__/g, '').length < 20, `${language} ${key}: ${text}`);
        }
      }
    });

    it('has every text that its editor and runtime ask for', () => {
      const known = catalogue(type, 'en-US');
      const label = `@roadside/node-red-v2x/${type}:`;
      for (const { label: key } of Object.values(editorDefinition(type).defaults))
        if (key !== undefined) assert.ok(known.has(key.replace(label, '')), key);
      for (const file of [`nodes/${type}/${type}.ts`, `dist/${type}/${type}.html`]) {
        const source = readFileSync(file, 'utf8');
        const keys = [
          ...source.matchAll(new RegExp(`['"\\]]((?:${type}|v2x)\\.[A-Za-z0-9_.-]+)['"]`, 'g')),
          ...source.matchAll(/status\.(?:ok|busy|waiting|off|failed)\(\s*'([^']+)'/g),
        ].map(([, key]) => (/^(v2x|[\w-]+-[\w-]+)\./.test(key) ? key : `${type}.status.${key}`));
        for (const key of keys.filter((name) => !/\.(svg|json|html)$/.test(name)))
          assert.ok(known.has(key), `${file}: ${key}`);
      }
    });
  });
}

describe('flows and examples', () => {
  for (const path of ['flows/flows.json', ...EXAMPLES.map((name) => `examples/${name}`)]) {
    it(`${path} sets exactly what its nodes define`, () => {
      for (const node of ours(readFlow(path))) {
        const { defaults } = editorDefinition(node.type);
        const set = Object.keys(node).filter((name) => !STANDARD.has(name));
        assert.deepEqual(set.sort(), Object.keys(defaults).sort(), `${node.type} ${node.id}`);
      }
    });

    it(`${path} refers only to nodes that it holds`, () => {
      const flow = readFlow(path);
      const ids = new Set(flow.map(({ id }) => id));
      for (const node of ours(flow)) {
        for (const [name, { type }] of Object.entries(editorDefinition(node.type).defaults)) {
          if (type !== undefined && node[name] !== '')
            assert.ok(ids.has(String(node[name])), `${node.type} ${name}`);
        }
        for (const target of ((node.wires ?? []) as string[][]).flat()) assert.ok(ids.has(target), target);
      }
    });
  }

  it('the default flow is the two examples side by side', () => {
    // Examples bring config nodes of their own, so that any of them can be imported beside another.
    const shared = (flow: FlowNode[]) =>
      JSON.parse(JSON.stringify(flow).replaceAll(/"(?:rsu|veh)-cfg-/g, '"v2x-cfg-')) as FlowNode[];
    const inFlow = ({ z, type }: FlowNode) => z !== undefined || type === 'tab';
    const [unit, vehicle] = ['roadside-unit', 'vehicle'].map((name) =>
      shared(readFlow(`examples/${name}.json`)),
    );
    const whole = readFlow('flows/flows.json');
    assert.deepEqual(whole.filter(inFlow), [...unit, ...vehicle].filter(inFlow));
    for (const node of whole.filter((candidate) => !inFlow(candidate)))
      assert.deepEqual(
        [...unit, ...vehicle].find(({ id }) => id === node.id),
        node,
      );
  });

  it('no two examples share an id: each can be imported beside the others', () => {
    const ids = EXAMPLES.flatMap((name) => readFlow(`examples/${name}`)).map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  it('every type is in an example', () => {
    const used = new Set(EXAMPLES.flatMap((name) => readFlow(`examples/${name}`)).map(({ type }) => type));
    assert.deepEqual(
      TYPES.filter((type) => !used.has(type)),
      [],
    );
  });

  it('holds no secret', () => {
    for (const path of ['flows/flows.json', ...EXAMPLES.map((name) => `examples/${name}`)]) {
      for (const node of ours(readFlow(path))) {
        const secret = Object.keys(editorDefinition(node.type).credentials ?? {});
        for (const name of secret) assert.ok(!(name in node), `${node.type} ${name}`);
      }
    }
  });
});

function ours(flow: FlowNode[]): FlowNode[] {
  return flow.filter(({ type }) => TYPES.includes(type));
}
