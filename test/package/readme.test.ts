import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { EXAMPLES, TYPES } from '../support/unit/package';

/** A part of a README from one heading to the next; the part before the second heading comes first. */
interface Section {
  readonly level: number;
  readonly title: string;
  /** Code blocks without their comments, which are translated. */
  readonly blocks: readonly string[];
  /** Names, paths and commands within the text, each once. */
  readonly code: readonly string[];
  readonly links: readonly string[];
  readonly tableRows: number;
}

function sectionsOf(markdown: string): Section[] {
  const parts = markdown.replaceAll(/^```[\s\S]*?^```$/gm, escapeHashes).split(/^(?=#{1,6} )/m);
  return parts.map((escaped) => {
    const part = escaped.replaceAll('\u0000', '#');
    const [heading = ''] = part.split('\n');
    const blocks = [...part.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
    const text = part.replaceAll(/^```[\s\S]*?^```$/gm, '');
    return {
      level: heading.indexOf(' '),
      title: heading.replace(/^#+ /, ''),
      blocks: blocks.map(
        ([, language = '', code = '']) => language + '\n' + code.replaceAll(/ {2,}# .*$/gm, ''),
      ),
      code: [...new Set([...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code))].sort(),
      links: [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target),
      tableRows: text.split('\n').filter((line) => line.startsWith('| ')).length,
    };
  });
}

/** A `#` in a code block begins no heading. */
function escapeHashes(block: string): string {
  return block.replaceAll('#', '\u0000');
}

/** The anchor that GitHub gives a heading. */
function anchorOf({ title }: Section): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

const english = sectionsOf(readFileSync('README.md', 'utf8'));
const korean = sectionsOf(readFileSync('README.ko.md', 'utf8'));

describe('README.md and README.ko.md', () => {
  it('have the same headings', () => {
    assert.ok(english.length > 8);
    assert.deepEqual(
      korean.map(({ level }) => level),
      english.map(({ level }) => level),
    );
  });

  it('link to each other on the first screen', () => {
    assert.ok(english[0]?.links.includes('README.ko.md'));
    assert.ok(korean[0]?.links.includes('README.md'));
  });

  for (const [index, section] of english.entries()) {
    it(`say the same under "${section.title}"`, () => {
      const { blocks, code, tableRows, links } = korean[index];
      assert.deepEqual(blocks, section.blocks);
      assert.deepEqual(code, section.code);
      assert.equal(tableRows, section.tableRows);
      assert.equal(links.length, section.links.length);
    });
  }

  for (const [name, sections] of Object.entries({ 'README.md': english, 'README.ko.md': korean })) {
    it(`${name}: every link within the project leads somewhere`, () => {
      const anchors = sections.map(anchorOf);
      for (const link of sections.flatMap(({ links }) => links)) {
        if (link.startsWith('#')) assert.ok(anchors.includes(link.slice(1)), link);
        else if (!link.startsWith('https:')) assert.ok(existsSync(link), link);
      }
    });
  }

  it('name every node and every example', () => {
    const named = new Set(english.flatMap(({ code }) => code));
    const wanted = [...TYPES, ...EXAMPLES.map((name) => name.replace('.json', ''))];
    assert.deepEqual(
      wanted.filter((name) => !named.has(name)),
      [],
    );
  });
});

describe('the first screen', () => {
  it('says what it is, shows it, and has exactly the two commands that set it up', () => {
    const [first] = english;
    assert.deepEqual(first.blocks, ['\nnpm ci && npm start\n', '\nnpm ci && npm test\n']);
    assert.ok(first.links.includes('docs/roadside-unit.png'));
  });
});
