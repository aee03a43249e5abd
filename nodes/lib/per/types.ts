/**
 * ASN.1 types as data (ITU-T X.680): what a message consists of is written once, and `encode`, `decode` and TypeScript
 * follow from it. Values are plain JSON: enumerations by name, octet strings in hex, bit strings as digits 0 and 1,
 * choices as an object with one member.
 */
export type AsnType =
  | IntegerType
  | BooleanType
  | NullType
  | EnumeratedType
  | BitStringType
  | OctetStringType
  | Ia5StringType
  | NumericStringType
  | Utf8StringType
  | OpenType
  | SequenceType
  | SequenceOfType
  | ChoiceType;

/** How many elements, octets, characters or bits; without a constraint any number below 16,384. */
export interface Size {
  readonly min: number;
  readonly max: number;
  /** SIZE (a..b, ...): more are allowed, in another encoding. */
  readonly extensible?: boolean;
}

export interface IntegerType {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** (min..max, ...): other numbers are allowed, in another encoding. */
  readonly extensible: boolean;
  /** How many bits tell those of the range apart. */
  readonly width: number;
}

export interface BooleanType {
  readonly kind: 'boolean';
}

export interface NullType {
  readonly kind: 'null';
}

export interface EnumeratedType<Name extends string = string, Grows extends boolean = boolean> {
  readonly kind: 'enumerated';
  readonly names: readonly Name[];
  readonly extensible: Grows;
  /** Of the index of a name, in bits. */
  readonly width: number;
}

export interface BitStringType {
  readonly kind: 'bit string';
  readonly size: Size;
}

export interface OctetStringType {
  readonly kind: 'octet string';
  readonly size: Size | undefined;
}

export interface Ia5StringType {
  readonly kind: 'IA5 string';
  readonly size: Size | undefined;
}

/** Digits and spaces. */
export interface NumericStringType {
  readonly kind: 'numeric string';
  readonly size: Size | undefined;
}

export interface Utf8StringType {
  readonly kind: 'UTF-8 string';
}

/** Any type's octets with their length in front, in hex: what an extension or a region defines. */
export interface OpenType {
  readonly kind: 'open';
}

/** A component that may be missing; with a default, a missing one stands for it. */
export interface OptionalField<Type extends AsnType = AsnType> {
  readonly kind: 'optional';
  readonly type: Type;
  readonly fallback: unknown;
}

export type Fields = Readonly<Record<string, AsnType | OptionalField>>;

export interface SequenceType<F extends Fields = Fields> {
  readonly kind: 'sequence';
  readonly fields: F;
  /** The fields in their order. */
  readonly components: readonly Component[];
  readonly extensible: boolean;
}

export interface Component {
  readonly name: string;
  readonly type: AsnType;
  readonly optional: boolean;
  /** What a missing one stands for. */
  readonly fallback: unknown;
}

export interface SequenceOfType<Element extends AsnType = AsnType> {
  readonly kind: 'sequence of';
  readonly element: Element;
  readonly size: Size | undefined;
}

export interface ChoiceType<A extends Alternatives = Alternatives, Grows extends boolean = boolean> {
  readonly kind: 'choice';
  readonly alternatives: A;
  /** Their names in the order of their indexes. */
  readonly names: readonly string[];
  readonly extensible: Grows;
  /** Of the index of an alternative, in bits. */
  readonly width: number;
}

export type Alternatives = Readonly<Record<string, AsnType>>;

/** What later versions added to a sequence: each addition's octets in hex, null where it is missing. */
export interface Additions {
  readonly '...'?: readonly (string | null)[] | undefined;
}

/** An alternative that a later version added to a choice. */
export interface AddedAlternative {
  readonly '...': { readonly index: number; readonly value: string };
}

/** The JSON of a type. */
export type ValueOf<T> = T extends { kind: 'integer' }
  ? number
  : T extends { kind: 'boolean' }
    ? boolean
    : T extends { kind: 'null' }
      ? null
      : T extends EnumeratedType<infer Name, infer Grows>
        ? Name | (Grows extends true ? number : never)
        : T extends SequenceOfType<infer Element>
          ? readonly ValueOf<Element>[]
          : T extends SequenceType<infer F>
            ? SequenceValue<F> & Additions
            : T extends ChoiceType<infer A, infer Grows>
              ? | { readonly [Name in keyof A]: { readonly [Only in Name]: ValueOf<A[Name]> } }[keyof A]
                | (Grows extends true ? AddedAlternative : never)
              : string;

type SequenceValue<F> = {
  readonly [Name in keyof F as F[Name] extends OptionalField ? never : Name]: ValueOf<F[Name]>;
} & {
  readonly [Name in keyof F as F[Name] extends OptionalField ? Name : never]?:
    (F[Name] extends OptionalField<infer Type> ? ValueOf<Type> : never) | undefined;
};

/** Whether a later version may add components, alternatives or names: the type's definition ends with `...`. */
export interface Extensible {
  readonly extensible?: boolean;
}

export function integer(min: number, max: number, { extensible = false }: Extensible = {}): IntegerType {
  return { kind: 'integer', min, max, extensible, width: widthOf(max - min + 1) };
}

export const boolean: BooleanType = { kind: 'boolean' };

/** NULL */
export const nothing: NullType = { kind: 'null' };

/** Its names from 0 on. A name that a later version added stands as its number. */
export function enumerated<const Name extends string>(names: readonly Name[]): EnumeratedType<Name, false>;
export function enumerated<const Name extends string>(
  names: readonly Name[],
  options: { readonly extensible: true },
): EnumeratedType<Name, true>;
export function enumerated(
  names: readonly string[],
  { extensible = false }: Extensible = {},
): EnumeratedType {
  return { kind: 'enumerated', names, extensible, width: widthOf(names.length) };
}

export function bitString(min: number, max = min): BitStringType {
  return { kind: 'bit string', size: { min, max } };
}

export function octetString(size?: Size): OctetStringType {
  return { kind: 'octet string', size };
}

export function ia5String(size?: Size): Ia5StringType {
  return { kind: 'IA5 string', size };
}

export function numericString(size?: Size): NumericStringType {
  return { kind: 'numeric string', size };
}

/** Its size constraint, if any, is not visible to PER (X.691 clause 10.3). */
export const utf8String: Utf8StringType = { kind: 'UTF-8 string' };

export const open: OpenType = { kind: 'open' };

export function sequence<const F extends Fields>(
  fields: F,
  { extensible = false }: Extensible = {},
): SequenceType<F> {
  const components = Object.entries(fields).map(([name, field]) =>
    field.kind === 'optional'
      ? { name, type: field.type, optional: true, fallback: field.fallback }
      : { name, type: field, optional: false, fallback: undefined },
  );
  return { kind: 'sequence', fields, components, extensible };
}

export function optional<Type extends AsnType>(type: Type): OptionalField<Type> {
  return { kind: 'optional', type, fallback: undefined };
}

/** DEFAULT, of a simple type: not encoded when equal (X.691 clause 19.5). */
export function withDefault<Type extends AsnType>(type: Type, fallback: ValueOf<Type>): OptionalField<Type> {
  return { kind: 'optional', type, fallback };
}

export function sequenceOf<Element extends AsnType>(element: Element, size?: Size): SequenceOfType<Element> {
  return { kind: 'sequence of', element, size };
}

/** Its alternatives in the order of their tags, as AUTOMATIC TAGS numbers them. */
export function choice<const A extends Alternatives>(alternatives: A): ChoiceType<A, false>;
export function choice<const A extends Alternatives>(
  alternatives: A,
  options: { readonly extensible: true },
): ChoiceType<A, true>;
export function choice(alternatives: Alternatives, { extensible = false }: Extensible = {}): ChoiceType {
  const names = Object.keys(alternatives);
  return { kind: 'choice', alternatives, names, extensible, width: widthOf(names.length) };
}

/** How many bits tell so many values apart. */
export function widthOf(values: number): number {
  let width = 0;
  while (2 ** width < values) width += 1;
  return width;
}
