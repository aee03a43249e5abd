import fc from 'fast-check';
import type { AsnType, Size } from '../../nodes/lib/per/types';

/** Any value of an ASN.1 type, over the whole range of each of its fields. */
export function valuesOf(type: AsnType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'integer':
      return numbers(type);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'enumerated':
      return type.extensible
        ? fc.oneof(
            fc.constantFrom(...type.names),
            fc.integer({ min: type.names.length, max: type.names.length + 63 }),
          )
        : fc.constantFrom(...type.names);
    case 'bit string':
      return fc.array(fc.constantFrom('0', '1'), lengthOf(type.size)).map((digits) => digits.join(''));
    case 'octet string':
      return hex(type.size);
    case 'IA5 string':
      return fc.array(fc.integer({ min: 0, max: 127 }), lengthOf(type.size)).map(toText);
    case 'numeric string':
      return fc
        .array(fc.constantFrom(' ', '0', '1', '9'), lengthOf(type.size))
        .map((digits) => digits.join(''));
    case 'UTF-8 string':
      return fc.string({ unit: 'binary', maxLength: 40 });
    case 'open':
      return hex({ min: 1, max: 200 });
    case 'sequence':
      return sequences(type);
    case 'sequence of':
      return fc.array(valuesOf(type.element), { ...lengthOf(type.size), size: '-1' });
    case 'choice': {
      const alternatives = Object.entries(type.alternatives).map(([name, alternative]) =>
        valuesOf(alternative).map((value) => ({ [name]: value })),
      );
      const added = fc.record(
        { index: fc.integer({ min: 0, max: 63 }), value: hex({ min: 1, max: 10 }) },
        { noNullPrototype: true },
      );
      const unknown = type.extensible ? [added.map((value) => ({ '...': value }))] : [];
      return fc.oneof(...alternatives, ...unknown);
    }
  }
}

/** Also beyond an extensible range. */
function numbers({ min, max, extensible }: Extract<AsnType, { kind: 'integer' }>): fc.Arbitrary<number> {
  const inRange = fc.integer({ min, max: Math.min(max, Number.MAX_SAFE_INTEGER) });
  return extensible ? fc.oneof(inRange, fc.integer({ min: -(2 ** 47), max: 2 ** 47 - 1 })) : inRange;
}

function sequences({ fields, extensible }: Extract<AsnType, { kind: 'sequence' }>): fc.Arbitrary<unknown> {
  const values = Object.entries(fields).map(
    ([name, field]) => [name, valuesOf(field.kind === 'optional' ? field.type : field)] as const,
  );
  const additions = fc.array(fc.option(hex({ min: 1, max: 10 })), { minLength: 1, maxLength: 64 });
  const requiredKeys = Object.entries(fields).flatMap(([name, { kind }]) =>
    kind === 'optional' ? [] : [name],
  );
  const model = Object.fromEntries([...values, ...(extensible ? [['...', additions] as const] : [])]);
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

function hex(size: Size | undefined): fc.Arbitrary<string> {
  return fc.uint8Array(lengthOf(size)).map((octets) => Buffer.from(octets).toString('hex'));
}

/** Also beyond an extensible size. */
function lengthOf(size: Size | undefined): { minLength: number; maxLength: number } {
  if (!size) return { minLength: 0, maxLength: 200 };
  const { min, max, extensible = false } = size;
  return { minLength: extensible ? 0 : min, maxLength: extensible ? max + 5 : max };
}

function toText(characters: readonly number[]): string {
  return String.fromCharCode(...characters);
}
