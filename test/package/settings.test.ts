import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { migrate, UNCHANGED, type Migrations } from '../../nodes/lib/node-red/migration';
import { readSetting, type NumberSetting, type SettingTable } from '../../nodes/lib/node-red/settings';
import { editorDefinition, EXAMPLES, readFlow, TYPES } from '../support/unit/package';

interface SettingsModule {
  readonly SETTINGS?: SettingTable;
  readonly MIGRATIONS?: Migrations;
}

const built = createRequire(join(resolve('.'), 'package.json'));
const modules = new Map(
  TYPES.filter((type) => existsSync(`nodes/${type}/settings.ts`)).map((type) => [
    type,
    built(`./dist/${type}/settings.js`) as SettingsModule,
  ]),
);
const TABLES = [...modules].flatMap(([type, { SETTINGS }]) => (SETTINGS ? [[type, SETTINGS] as const] : []));

/** What a node of the type is asked with when the editor checks a property. */
const NODE = { _: (key: string) => key, id: 'id', type: 'type' };

function editorTakes(type: string, name: string, value: number): boolean {
  const { validate } = editorDefinition(type).defaults[name] ?? {};
  return validate?.call(NODE, String(value), { label: name }) === true;
}

function runtimeTakes(name: string, setting: NumberSetting, value: number): boolean {
  try {
    readSetting(name, setting, String(value));
    return true;
  } catch {
    return false;
  }
}

for (const [type, settings] of TABLES) {
  describe(`settings of ${type}`, () => {
    const { defaults } = editorDefinition(type);

    it('begin in the editor with the defaults of the runtime', () => {
      for (const [name, { fallback }] of Object.entries(settings))
        assert.equal(String(defaults[name].value), String(fallback ?? ''), name);
    });

    it('have the same limits in editor and runtime', () => {
      for (const [name, setting] of Object.entries(settings)) {
        if (setting.kind !== 'number') continue;
        const { min, max } = setting;
        for (const value of [min - 1, min, min + 0.5, max - 0.5, max, max + 1])
          assert.equal(
            editorTakes(type, name, value),
            runtimeTakes(name, setting, value),
            `${name}: ${value}`,
          );
      }
    });

    it('are shown in the dialog with their defaults and choices', () => {
      const html = readFileSync(`dist/${type}/${type}.html`, 'utf8');
      for (const [name, setting] of Object.entries(settings)) {
        const input = new RegExp(
          `<(input|select|textarea)[^>]* id="node-(config-)?input-${name}"[^>]*>.*`,
        ).exec(html);
        assert.ok(input, `the dialog has no ${name}`);
        if (setting.kind === 'choice')
          for (const choice of setting.choices) assert.ok(input[0].includes(`value="${choice}"`), choice);
      }
    });

    it('suit the shipped flows', () => {
      const flows = ['flows/flows.json', ...EXAMPLES.map((name) => `examples/${name}`)];
      for (const node of flows.flatMap(readFlow).filter((candidate) => candidate.type === type))
        for (const [name, setting] of Object.entries(settings)) {
          const value = node[name];
          if (typeof value === 'string' && value.startsWith('${')) continue;
          assert.doesNotThrow(() => readSetting(name, setting, value), `${node.id} ${name}`);
        }
    });
  });
}

describe('versions of settings', () => {
  for (const [type, { MIGRATIONS = UNCHANGED }] of modules) {
    it(`${type}: new nodes have the present one`, () => {
      assert.equal(editorDefinition(type).defaults.version.value, MIGRATIONS.length);
    });
  }

  it('are reached from any before, and kept where they are later', () => {
    const migrations: Migrations = [
      (settings) => ({ ...settings, seconds: Number(settings.minutes) * 60 }),
      ({ seconds }) => ({ seconds }),
    ];
    assert.deepEqual(migrate({ minutes: 2 }, migrations), { seconds: 120, version: 2 });
    assert.deepEqual(migrate({ seconds: 5, version: 1 }, migrations), { seconds: 5, version: 2 });
    assert.deepEqual(migrate({ hours: 1, version: 7 }, migrations), { hours: 1, version: 7 });
  });
});

describe('help and tips', () => {
  for (const type of TYPES)
    for (const language of ['en-US', 'ko'])
      it(`${type}: have all numbers of its settings filled in (${language})`, () => {
        for (const extension of ['html', 'json'])
          assert.doesNotMatch(
            readFileSync(`dist/${type}/locales/${language}/${type}.${extension}`, 'utf8'),
            /\{\{/,
          );
      });
});
