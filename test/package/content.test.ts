import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { editorDefinition, EXAMPLES, TYPES } from '../support/unit/package';
import { published, type Published } from '../support/unit/published';

describe('what npm publishes', () => {
  let packed: Published;
  let paths: Set<string>;

  before(() => {
    packed = published();
    paths = new Set(packed.files.map(({ path }) => path));
  });

  const includes = (...wanted: string[]) => {
    for (const path of wanted) assert.ok(paths.has(path), `${path} is missing`);
  };

  it('has each node with its dialog, icon, texts and help in both languages', () => {
    for (const type of TYPES) {
      includes(`dist/${type}/${type}.js`, `dist/${type}/${type}.html`);
      for (const language of ['en-US', 'ko'])
        includes(
          `dist/${type}/locales/${language}/${type}.json`,
          `dist/${type}/locales/${language}/${type}.html`,
        );
      const { icon } = editorDefinition(type);
      if (icon !== undefined) includes(`dist/${type}/icons/${icon}`);
    }
  });

  it('has the command, the default project, the examples, the contracts and the documents', () => {
    includes('dist/cli/v2x.js', 'flows/flows.json', 'flows/settings.js');
    includes(...EXAMPLES.map((name) => `examples/${name}`));
    includes('systemd/v2x.service', 'dist/event.schema.json', 'dist/contracts.js', 'dist/contracts.d.ts');
    includes('package.json', 'LICENSE', 'README.md', 'README.ko.md', 'CHANGELOG.md');
    const command = packed.files.find(({ path }) => path === 'dist/cli/v2x.js');
    assert.ok(((command?.mode ?? 0) & 0o111) !== 0, 'dist/cli/v2x.js is not executable');
  });

  it('has the pictures and pages that README shows', () => {
    for (const readme of ['README.md', 'README.ko.md']) {
      const links = [...readFileSync(readme, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
      includes(...links.map(([, path]) => path));
    }
  });

  it('has no sources, tests, build leftovers or secrets', () => {
    const chosen = new Set(['package.json', 'dist/contracts.d.ts', 'scripts/install-opencv.sh']);
    const others = [...paths].filter((path) => !chosen.has(path));
    const expected = /^((dist|examples|flows|docs|systemd)\/|[A-Z]+(\.ko)?(\.md)?$)/;
    const unwanted = /\.ts$|\.tsbuildinfo$|\.map$|\.editor\.|\.env|_cred\.json$|\.pem$|\.key$|\.mp4$|\.v2x\//;
    assert.deepEqual(
      others.filter((path) => !expected.test(path) || unwanted.test(path)),
      [],
    );
  });

  it('is small', () => {
    assert.ok(packed.size < 1_000_000, `${packed.size} bytes packed`);
    assert.ok(packed.unpackedSize < 2_500_000, `${packed.unpackedSize} bytes unpacked`);
  });
});
