import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { manifest, runEditorScript, TYPES } from '../support/unit/package';

/** Types of Node-RED itself: a package that registers one of them takes it from the user. */
function coreTypes(): Set<string> {
  const core = 'node_modules/@node-red/nodes/core';
  const sources = readdirSync(core, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.js') && !name.includes('locales'))
    .map((name) => readFileSync(join(core, name), 'utf8'));
  return new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/registerType\(\s*['"]([^'"]+)['"]/g)].map(([, type]) => type),
    ),
  );
}

/** What Node-RED's scorecard (node-red-dev validate) asks of a package, as far as it needs no network. */
describe('scorecard', () => {
  it('names licence, repository, issues, keyword and supported versions', () => {
    assert.equal(manifest.license, 'Apache-2.0');
    assert.match(readFileSync('LICENSE', 'utf8'), /Apache License\s+Version 2\.0/);
    assert.match(manifest.repository.url, /^git\+https:\/\/.+\.git$/);
    assert.match(manifest.bugs, /^https:\/\//);
    assert.ok(manifest.description.length > 40);
    assert.ok(manifest.keywords.includes('node-red'));
    assert.match(manifest.name, /^@[a-z-]+\/node-red-[a-z0-9-]+$/);
    assert.match(manifest['node-red'].version, /^>=4\./);
    assert.match(manifest.engines.node, /^>=20\./);
  });

  it('is CommonJS, which Node-RED loads', () => {
    assert.equal(manifest.type, undefined);
  });

  it('has at most six dependencies, all from the registry, each with its reason', () => {
    const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
    for (const [name, range] of Object.entries(all)) assert.match(range, /^[~^]\d/, `${name}: ${range}`);
    const reasons = readFileSync('CONTRIBUTING.md', 'utf8');
    for (const name of Object.keys(manifest.dependencies))
      assert.match(
        reasons,
        new RegExp(`^\\| \`${name}\` `, 'm'),
        `CONTRIBUTING does not say why ${name} is there`,
      );
  });

  it('has lower-case types of its own, none of them a core type', () => {
    const core = coreTypes();
    assert.ok(core.has('inject') && core.has('mqtt in'), 'the core types are not found');
    for (const type of TYPES) {
      assert.match(type, /^[a-z0-9-]+$/);
      assert.ok(!core.has(type), type);
    }
  });

  for (const type of TYPES) {
    it(`${type}: the html registers it by a literal name and definition, as the catalogue's parser reads it`, () => {
      const html = readFileSync(`dist/${type}/${type}.html`, 'utf8');
      const registered = [...html.matchAll(/RED\.nodes\.registerType\(\s*(\S+?),\s*(.)/g)];
      assert.deepEqual(
        registered.map(([, name, opening]) => [name.replaceAll('"', "'"), opening]),
        [[`'${type}'`, '{']],
      );
      const templates = [...html.matchAll(/data-template-name="([^"]+)"/g)].map(([, name]) => name);
      assert.deepEqual(templates, [type]);
    });
  }

  it('leaves nothing in the global scope of the editor', () => {
    for (const type of TYPES) assert.deepEqual(runEditorScript(type).globals, [], type);
  });

  it('takes the path to each node from a folder of its name', () => {
    for (const [type, path] of Object.entries(manifest['node-red'].nodes))
      assert.equal(path, `dist/${type}/${type}.js`);
  });
});
