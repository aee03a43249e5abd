import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { V2xError } from '../../../../nodes/lib/errors';
import { MAX_EVENT_BYTES, parseEvent } from '../../../../nodes/lib/event/parse/parse';

const source = { file: 'x.json', id: 'x', ts: 1_700_000_000 };
const read = (content: string | Uint8Array) =>
  parseEvent(typeof content === 'string' ? Buffer.from(content) : content, source);
const parse = (content: string | Uint8Array) => read(content).event;

function failure(content: string | Uint8Array): V2xError {
  try {
    parse(content);
  } catch (error) {
    if (error instanceof V2xError) return error;
    throw error;
  }
  return assert.fail('it was taken for an event');
}

describe('parseEvent', () => {
  it('fills in what the file leaves out', () => {
    assert.deepEqual(parse('{"type": "fire"}\n'), {
      id: 'x',
      ts: 1_700_000_000,
      type: 'fire',
      action: 'new',
      severity: 'high',
      distance_m: 500,
      clip_hint: true,
    });
  });

  it('keeps what the file says, and what it says beyond the schema', () => {
    const event = parse('{"type": "fog", "ts": "1700000001.5", "id": "f-1", "lane": {"number": 2}}');

    assert.equal(event.ts, 1_700_000_001.5);
    assert.equal(event.id, 'f-1');
    assert.deepEqual(event.lane, { number: 2 });
  });

  const wrong: [what: string, content: string | Uint8Array, message: string][] = [
    [
      'the broken sample of the seed',
      `{"ts": '"$(date +%s)"', "type": "collision"}`,
      "x.json, line 1, column 8: unexpected character '''",
    ],
    ['a comment', '{} // here', "x.json, line 1, column 4: unexpected character '/'"],
    ['a second document', '{}{}', 'x.json, line 1, column 3: unexpected "{"'],
    ['an array', '[]', 'x.json, line 1, column 1: the event must be an object, not an array'],
    ['null', 'null', 'x.json, line 1, column 1: the event must be an object, not null'],
    ['a word', 'fire', "x.json, line 1, column 1: unexpected identifier 'fire'"],
    ['a type that is no text', '{"type": 7}', 'x.json, line 1, column 10: "type" is 7 and must be a string'],
    [
      'a type that leads elsewhere',
      '{"type": "../../etc/passwd"}',
      'x.json, line 1, column 10: "type" is "../../etc/passwd" and must be a short word of ASCII letters, digits and _ . : - that begins with a letter or digit',
    ],
    [
      'no type',
      '{"severity": "low"}',
      "x.json, line 1, column 1: the event must have required property 'type'",
    ],
    ['deep nesting', '['.repeat(60_000), 'x.json, line 1, column 17: nested deeper than 16 levels'],
    ['very many values', `[${'1,'.repeat(30_000)}1]`, 'x.json, line 1, column 2003: more than 1000 values'],
    [
      'a huge file',
      ' '.repeat(MAX_EVENT_BYTES + 1),
      'x.json: the file has 65537 bytes; an event has at most 65536',
    ],
  ];
  for (const [what, content, message] of wrong) {
    it(`refuses ${what}, naming the place`, () => {
      const error = failure(content);
      assert.equal(error.message, message);
      assert.equal(error.code, 'event');
    });
  }

  const whole = Buffer.from(
    '{"type": "fire", "road": "경부 \\"1\\"", "tags": ["a", {"b": [1.5e3, true, null]}]} ',
  );
  it('waits for the rest at whatever byte a writer pauses', () => {
    const end = whole.lastIndexOf('}') + 1;
    for (let length = 0; length < end; length += 1)
      assert.equal(failure(whole.subarray(0, length)).code, 'incomplete', `${length} bytes`);
    assert.equal(parse(whole.subarray(0, end)).type, 'fire');
    assert.equal(parse(whole).type, 'fire');
  });

  it('waits for the rest of what Python prints too', () => {
    const dict = `{'type': 'fire', 'road': "King's", 'camera': 'a "b{" it\\'s'}`;
    for (let length = 0; length < dict.length; length += 1)
      assert.equal(failure(dict.slice(0, length)).code, 'incomplete', dict.slice(0, length));
    assert.equal(parse(dict).road, "King's");
  });

  it('waits for the rest of UTF-16 too', () => {
    const wide = Buffer.from(`\ufeff${whole.toString()}`, 'utf16le');
    const end = wide.lastIndexOf('}') + 1;
    for (let length = 0; length < end; length += 1)
      assert.equal(failure(wide.subarray(0, length)).code, 'incomplete', `${length} bytes`);
    assert.equal(parse(wide).type, 'fire');
  });

  it('says where what has no end begins', () => {
    assert.equal(
      failure('{"type":\n "fire}').message,
      'x.json, line 2, column 2: a string starts here and never ends',
    );
    assert.equal(failure(' \n').message, 'x.json, line 1, column 1: the file is empty');
  });

  it('never throws anything but a V2xError, whatever the bytes', () => {
    const json = fc.json().map((text) => Buffer.from(text));
    const mutated = fc
      .tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }))
      .map(([index, byte]) => Buffer.from(whole).fill(byte, index, index + 1));
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), json, mutated);
    fc.assert(
      fc.property(bytes, (content) => {
        try {
          parse(content);
        } catch (error) {
          assert.ok(error instanceof V2xError, String(error));
          assert.ok(['event', 'incomplete'].includes(error.code));
        }
      }),
      { numRuns: 5000 },
    );
  });
});
