import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogue, editorDefinition, TYPES } from '../support/unit/package';

const LANGUAGES = ['en-US', 'ko'] as const;
const HEADINGS = {
  'en-US': {
    inputs: 'Inputs',
    outputs: 'Outputs',
    order: ['Inputs', 'Outputs', 'Properties', 'Details', 'References'],
  },
  ko: { inputs: '입력', outputs: '출력', order: ['입력', '출력', '속성', '상세', '참고'] },
};

/** The sources of a node and of what they import. */
function sourcesOf(type: string): string[] {
  const found = new Map<string, string>();
  const waiting = readdirSync(`nodes/${type}`)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `nodes/${type}/${name}`);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || !existsSync(path)) continue;
    const source = readFileSync(path, 'utf8');
    found.set(path, source);
    for (const [, imported = ''] of source.matchAll(/from '(\.[^']+)'/g))
      waiting.push(`${join(dirname(path), imported)}.ts`);
  }
  return [...found.values()];
}

/** The config nodes whose errors a node passes on. */
function configTypesOf(type: string): string[] {
  return Object.values(editorDefinition(type).defaults).flatMap((setting) =>
    setting.type !== undefined && TYPES.includes(setting.type) ? [setting.type] : [],
  );
}

function help(type: string, language: (typeof LANGUAGES)[number]): string {
  return readFileSync(`nodes/${type}/locales/${language}/${type}.html`, 'utf8');
}

function all(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found.replaceAll(/\s+/g, ' '));
}

/** The runtime and what the editor loads: the dialog with its rows written out, and the script. */
function sourcesIn(type: string): string {
  const runtime = readdirSync(`nodes/${type}`).filter((name) => name.endsWith('.ts'));
  const paths = [...runtime.map((name) => `nodes/${type}/${name}`), `dist/${type}/${type}.html`];
  return paths.map((path) => readFileSync(path, 'utf8')).join('\n');
}

function keysOf(type: string): string[] {
  return [...catalogue(type, 'en-US').keys()];
}

/** Whether a key is asked for, whole or put together as in `v2x-verify.output.${…}`. */
function mentions(source: string, key: string): boolean {
  const parent = key.slice(0, key.lastIndexOf('.') + 1);
  return ["'", '"', '`', ']'].some(
    (mark) => source.includes(mark + key) || (parent !== '' && source.includes(`${mark}${parent}\${`)),
  );
}

describe('texts that all nodes share', () => {
  it('are all in use', () => {
    const sources = TYPES.map(sourcesIn).join('\n');
    const shared = new Set(TYPES.flatMap(keysOf).filter((key) => key.startsWith('v2x.')));
    assert.deepEqual(
      [...shared].filter((key) => !mentions(sources, key)),
      [],
    );
  });
});

for (const type of TYPES) {
  describe(`texts of ${type}`, () => {
    it('are all in use', () => {
      const own = sourcesIn(type);
      const reachable = [type, ...configTypesOf(type)].flatMap(sourcesOf).join('\n');
      const isUsed = (key: string) => {
        const status = key.startsWith(`${type}.status.`) && key.slice(`${type}.status.`.length);
        // `failed` is what errors without a text of their own show.
        if (status) return status === 'failed' || reachable.includes(`'${status}'`);
        return mentions(own, key) || mentions(own, key.slice(type.length + 1));
      };
      const unused = keysOf(type).filter((key) => key.startsWith(`${type}.`) && !isUsed(key));
      assert.deepEqual(unused, []);
    });

    it('say in each empty field for a number what it stands for', () => {
      const html = readFileSync(`dist/${type}/${type}.html`, 'utf8');
      const numbers = html.match(/<input type="text"[^>]*width: 120px[^>]*>/g) ?? [];
      assert.deepEqual(
        numbers.filter((input) => !input.includes('placeholder')),
        [],
      );
    });

    it("have a status for each error of the node's own and of its config nodes", () => {
      const codes = [type, ...configTypesOf(type)].flatMap((origin) =>
        readdirSync(`nodes/${origin}`)
          .filter((name) => name.endsWith('.ts') && name !== 'routes.ts')
          .filter((name) => origin === type || name === `${origin}.ts`)
          .flatMap((name) =>
            all(/V2xError\(\s*'([a-z-]+)'/g, readFileSync(`nodes/${origin}/${name}`, 'utf8')),
          ),
      );
      const statuses = catalogue(type, 'en-US');
      assert.deepEqual(
        [...new Set([...codes, 'failed'])].filter((code) => !statuses.has(`${type}.status.${code}`)),
        [],
      );
    });

    it('carry the same values in both languages', () => {
      const korean = catalogue(type, 'ko');
      for (const [key, text] of catalogue(type, 'en-US')) {
        const values = (language: string) => all(/(__\w+__)/g, language).sort();
        assert.deepEqual(values(korean.get(key) ?? ''), values(text), key);
        assert.ok(text.trim() !== '' && korean.get(key)?.trim() !== '', key);
      }
    });
  });

  describe(`help of ${type}`, () => {
    const { category, inputs = 0, outputs = 0 } = editorDefinition(type);

    for (const language of LANGUAGES) {
      it(`has the sections of Node-RED's style (${language})`, () => {
        const text = help(type, language);
        const headings = all(/<h3>([^<]+)<\/h3>/g, text);
        const { order, inputs: input, outputs: output } = HEADINGS[language];
        // A node may have more sections, of its own subject.
        const standard = order.filter((name) => headings.includes(name));
        assert.deepEqual(
          headings.filter((name) => order.includes(name)),
          standard,
        );
        assert.equal(headings.at(-1), order[4]);
        assert.equal(headings.includes(input), category !== 'config' && inputs > 0, input);
        assert.equal(headings.includes(output), category !== 'config' && outputs > 0, output);
        assert.ok(headings.includes(order[3]) && headings.includes(order[4]));
        const ports = /<ol class="node-ports">([\s\S]*?)<\/ol>/.exec(text)?.[1] ?? '';
        const told = all(/<li>\s*([^<]+)/g, ports).length;
        assert.equal(told, outputs > 1 ? outputs : 0, 'one entry for each port');
      });
    }

    it('names the same properties, values and files in both languages', () => {
      const [english, korean] = LANGUAGES.map((language) =>
        [...new Set(all(/<code>([\s\S]*?)<\/code>/g, help(type, language)))].sort(),
      );
      assert.deepEqual(korean, english);
      const [sections, koreanSections] = LANGUAGES.map((language) => all(/<(h3)>/g, help(type, language)));
      assert.equal(koreanSections.length, sections.length);
      const [terms, koreanTerms] = LANGUAGES.map((language) =>
        all(/<dt[^>]*>\s*([^<]+)/g, help(type, language)),
      );
      assert.equal(koreanTerms.length, terms.length);
    });
  });
}
