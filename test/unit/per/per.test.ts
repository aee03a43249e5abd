import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { V2xError } from '../../../nodes/lib/errors';
import { decode } from '../../../nodes/lib/per/decode';
import { encodeJson } from '../../../nodes/lib/per/encode';
import {
  bitString,
  boolean,
  choice,
  enumerated,
  ia5String,
  integer,
  nothing,
  numericString,
  octetString,
  open,
  optional,
  sequence,
  sequenceOf,
  utf8String,
  withDefault,
  type AsnType,
} from '../../../nodes/lib/per/types';
import { valuesOf } from '../../support/asn1-values';

const colour = ['red', 'green', 'blue'] as const;
const pair = sequence({ a: integer(0, 7), b: optional(boolean) }, { extensible: true });

/** Type, value, and its bits with the ends of its parts marked; filled up with zeros to whole octets. */
const TABLE: [string, AsnType, unknown, string][] = [
  ['a number of a range', integer(3, 6), 5, '10'],
  ['a number of a range of one', integer(3, 3), 3, ''],
  ['a negative number', integer(-1, 1), 1, '10'],
  ['a number of 33 bits', integer(0, 2 ** 32), 2 ** 32, '1'.padEnd(33, '0')],
  ['a number of a range that may grow', integer(1, 4, { extensible: true }), 3, '0 10'],
  ['a number beyond such a range', integer(1, 4, { extensible: true }), 5, '1 00000001 00000101'],
  ['a number far beyond it', integer(1, 4, { extensible: true }), -129, '1 00000010 11111111 01111111'],
  ['a truth', boolean, true, '1'],
  ['nothing', nothing, null, ''],
  ['a name', enumerated(colour), 'blue', '10'],
  ['a name of a type that may grow', enumerated(colour, { extensible: true }), 'blue', '0 10'],
  ['a name that was added', enumerated(colour, { extensible: true }), 4, '1 0000001'],
  ['bits of fixed number', bitString(3), '101', '101'],
  ['bits of variable number', bitString(1, 13), '101', '0010 101'],
  ['octets of fixed number', octetString({ min: 2, max: 2 }), '12ef', '00010010 11101111'],
  ['octets of any number', octetString(), '12', '00000001 00010010'],
  ['ASCII text', ia5String({ min: 1, max: 4 }), 'Az', '01 1000001 1111010'],
  ['digits and spaces', numericString({ min: 1, max: 16 }), '0 9', '0010 0001 0000 1010'],
  ['UTF-8 text', utf8String, 'é', '00000010 11000011 10101001'],
  ['octets of an unknown type', open, 'ff', '00000001 11111111'],
  ['a sequence', pair, { a: 5, b: true }, '0 1 101 1'],
  ['a sequence without its option', pair, { a: 5 }, '0 0 101'],
  ['additions', pair, { a: 5, '...': [null, '80'] }, '1 0 101 0000001 01 00000001 10000000'],
  ['a default', sequence({ a: withDefault(integer(0, 3), 2) }), { a: 2 }, '0'],
  ['another than the default', sequence({ a: withDefault(integer(0, 3), 2) }), { a: 1 }, '1 01'],
  ['a list', sequenceOf(integer(0, 3), { min: 1, max: 4 }), [1, 2], '01 01 10'],
  ['a list of any number', sequenceOf(integer(0, 3)), [1], '00000001 01'],
  ['a list that may grow', sequenceOf(boolean, { min: 1, max: 3, extensible: true }), [true], '0 00 1'],
  [
    'a list that grew',
    sequenceOf(boolean, { min: 1, max: 2, extensible: true }),
    [true, true, true],
    '1 00000011 111',
  ],
  ['an alternative', choice({ a: boolean, b: integer(0, 3), c: nothing }), { b: 3 }, '01 11'],
  ['an alternative of two', choice({ a: boolean, b: nothing }, { extensible: true }), { a: true }, '0 0 1'],
  [
    'an alternative that was added',
    choice({ a: boolean }, { extensible: true }),
    { '...': { index: 2, value: '07' } },
    '1 0000010 00000001 00000111',
  ],
];

function octetsOf(bits: string): Buffer {
  const digits = bits.replaceAll(' ', '');
  const filled = digits.padEnd(Math.max(8, Math.ceil(digits.length / 8) * 8), '0');
  return Buffer.from(filled.match(/.{8}/g)?.map((octet) => parseInt(octet, 2)) ?? []);
}

describe('unaligned PER', () => {
  for (const [name, type, value, bits] of TABLE) {
    it(`writes and reads ${name}`, () => {
      assert.equal(encodeJson('it', type, value).toString('hex'), octetsOf(bits).toString('hex'));
      assert.deepEqual(decode('it', type, octetsOf(bits)), value);
    });

    it(`gives any value of the type of ${name} back`, () => {
      fc.assert(
        fc.property(valuesOf(type), (any) => {
          const octets = encodeJson('it', type, any);
          const again = decode('it', type, octets);
          assert.deepEqual(encodeJson('it', type, again), octets);
          // A default that is left out comes back.
          if (!name.includes('default')) assert.deepEqual(again, any);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('writes lengths from 128 on in two octets', () => {
    const octets = encodeJson('it', octetString(), '00'.repeat(300));
    assert.equal(octets.subarray(0, 2).toString('hex'), '812c');
    assert.equal(decode('it', octetString(), octets), '00'.repeat(300));
  });
});

describe('a value that does not fit', () => {
  const message = sequence({
    list: sequenceOf(choice({ number: integer(0, 127), text: ia5String({ min: 1, max: 3 }) }), {
      min: 1,
      max: 2,
    }),
    name: optional(enumerated(colour)),
    octets: optional(octetString({ min: 2, max: 2 })),
    bits: optional(bitString(2)),
  });
  const ok = [{ number: 1 }];
  const table: [unknown, RegExp][] = [
    [
      { list: [{ number: 128 }] },
      /^Message\.list\.0\.number is 128; it must be a whole number from 0 to 127$/,
    ],
    [{ list: [{ number: 1.5 }] }, /number is 1.5/],
    [{ list: [{ number: '1' }] }, /number is '1'/],
    [{ list: [{ text: 'four' }] }, /text is 4; it must be 1 to 3 characters/],
    [{ list: [{ text: 'é' }] }, /ASCII/],
    [{ list: [] }, /list is 0; it must be 1 to 2 elements/],
    [{ list: {} }, /must be a list/],
    [{ list: [{ other: 1 }] }, /one of number, text/],
    [{ list: [{ number: 1, text: 'a' }] }, /one of number, text/],
    [{ list: ok, name: 'pink' }, /one of red, green, blue/],
    [{ list: ok, octets: '123' }, /octets in hex/],
    [{ list: ok, octets: '12' }, /octets is 1; it must be 2 to 2 octets/],
    [{ list: ok, bits: '12' }, /digits 0 and 1/],
    [{ list: ok, nmae: 'red' }, /'nmae'; it must be one of the fields list, name/],
    [{ list: ok, '...': ['00'] }, /'\.\.\.'/],
    [{}, /list is missing/],
    [[], /Message is \[\]; it must be an object/],
    [JSON.parse('{"list":[{"number":1}],"__proto__":{}}'), /'__proto__'/],
  ];
  for (const [value, complaint] of table) {
    it(`is refused with its field and range: ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => encodeJson('Message', message, value),
        (error) => error instanceof V2xError && error.code === 'field' && complaint.test(error.message),
      );
    });
  }
});

describe('octets that are no value', () => {
  const table: [string, AsnType, string, RegExp][] = [
    [
      'a number beyond the range',
      sequence({ a: integer(0, 4) }),
      '111',
      /^Message\.a: is 7; it must be 0 to 4$/,
    ],
    ['an end too early', octetString(), '00000010 11111111', /end too early/],
    ['octets left over', boolean, '10000000 00000000', /1 octets are left over/],
    ['ones at the end', boolean, '11', /not filled up with zeros/],
    ['a length in fragments', octetString(), '11000001', /a length is over 16383/],
    ['a long form of a short length', octetString(), '10000000 00000001 00000000', /more octets than needed/],
    ['an empty open type', open, '00000000', /no octets/],
    [
      'an unusual size that is usual',
      sequenceOf(boolean, { min: 1, max: 2, extensible: true }),
      '1 00000001 1',
      /usual/,
    ],
    ['more additions than 64', pair, '1 0 000 1000000', /more than 64/],
    ['UTF-8 that is none', utf8String, '00000001 11111111', /not UTF-8/],
    [
      'an index beyond the alternatives',
      choice({ a: nothing, b: nothing, c: nothing }),
      '11',
      /is 3; it must be 0 to 2/,
    ],
  ];
  for (const [name, type, bits, complaint] of table) {
    it(`are refused: ${name}`, () => {
      assert.throws(
        () => decode('Message', type, octetsOf(bits)),
        (error) => error instanceof V2xError && error.code === 'malformed' && complaint.test(error.message),
      );
    });
  }

  it('are refused when there are none at all', () => {
    for (const type of [nothing, boolean, octetString()])
      assert.throws(() => decode('it', type, new Uint8Array()), /end too early/);
  });
});
