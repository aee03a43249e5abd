import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LocatedError } from '../../../../nodes/lib/event/parse/located-error';
import { parseJson } from '../../../../nodes/lib/event/parse/json';

const parse = (text: string) => parseJson(Buffer.from(text));

function failure(text: string): LocatedError {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof LocatedError);
    return error;
  }
  return assert.fail(`${text} was read`);
}

describe('a JSON document', () => {
  it('says where the values of its properties begin', () => {
    const { value, locate, complaint } = parse('{\n  "type": "fire",\n  "lat": 1\n}');
    assert.deepEqual(value, { type: 'fire', lat: 1 });
    assert.deepEqual(locate('lat'), { line: 3, column: 10 });
    assert.deepEqual(locate('absent'), { line: 1, column: 1 });
    assert.equal(complaint, undefined);
  });

  for (const [text, line, column] of [
    ['', 1, 1],
    ['{"type": "fi', 1, 10],
    ['{\n "a": [1, 2', 2, 7],
    ['{"a": {}', 1, 1],
  ] as const)
    it(`that ends too early is incomplete from where it is open: ${JSON.stringify(text)}`, () => {
      const { code, position } = failure(text);
      assert.equal(code, 'incomplete');
      assert.deepEqual(position, { line, column });
    });

  for (const [text, line] of [
    ['{"a": 1]}', 1],
    ['{"a":\n  tomorrow}', 2],
  ] as const)
    it(`that no more bytes make whole is refused with its place: ${JSON.stringify(text)}`, () => {
      const { code, position } = failure(text);
      assert.equal(code, 'event');
      assert.equal(position?.line, line);
    });

  it('is bounded in depth and size before anything recurses', () => {
    assert.match(failure('['.repeat(17)).problem, /deeper than 16/);
    assert.match(failure(`[${'1,'.repeat(1001)}1]`).problem, /more than 1000 values/);
  });

  for (const [what, text] of [
    ['what Python prints of a dict', `{'type': 'fire', 'ok': True, 'lat': None}`],
    ['a comma too many', '{"type": "fire", "ok": true, "lat": null,}'],
    ['a missing value', '{"type": "fire", "ok": true, "lat": }'],
    ['NaN', '{"type": "fire", "ok": true, "lat": NaN}'],
  ] as const)
    it(`is read as it is plainly meant, and complained about: ${what}`, () => {
      const { value, complaint } = parse(text);
      assert.deepEqual(value, { type: 'fire', ok: true, lat: null });
      assert.ok(complaint);
    });

  it('counts the last of two members of one name, and complains', () => {
    const { value, complaint } = parse('{"type": "fire", "type": "collision"}');
    assert.deepEqual(value, { type: 'collision' });
    assert.ok(complaint);
  });
});
