import { V2xError } from '../errors';
import { BitReader, BitsProblem } from './bits';
import { readLength, readSize, readSmall } from './lengths';
import { readUnconstrained } from './unconstrained';
import type {
  AsnType,
  ChoiceType,
  Component,
  EnumeratedType,
  IntegerType,
  SequenceOfType,
  SequenceType,
  Size,
  ValueOf,
} from './types';

/**
 * Decodes octets of unaligned PER (ITU-T X.691). They may come from anybody: time and memory stay in proportion to their
 * number, and what `encode` would encode otherwise is refused, apart from a default that is written out.
 * @param name what the octets are, for the error
 * @throws V2xError `malformed` naming the field
 */
export function decode<Type extends AsnType>(name: string, type: Type, octets: Uint8Array): ValueOf<Type> {
  const decoder = new Decoder(octets);
  try {
    const value = decoder.take(type);
    decoder.from.end();
    return value as ValueOf<Type>;
  } catch (error) {
    if (!(error instanceof BitsProblem)) throw error;
    const field = [name, ...decoder.path].join('.');
    throw new V2xError('malformed', `${field}: ${error.message}`, { field, bit: decoder.from.position });
  }
}

class Decoder {
  readonly from: BitReader;
  /** Where in the value we are, or were when it failed. */
  readonly path: (string | number)[] = [];

  constructor(octets: Uint8Array) {
    this.from = new BitReader(octets);
  }

  take(type: AsnType): unknown {
    switch (type.kind) {
      case 'integer':
        return this.integer(type);
      case 'boolean':
        return this.from.bits(1) === 1;
      case 'null':
        return null;
      case 'enumerated':
        return this.enumerated(type);
      case 'bit string':
        return this.bitString(type.size);
      case 'octet string':
        return this.from.octets(readSize(this.from, type.size)).toString('hex');
      case 'IA5 string':
        return this.ia5String(type.size);
      case 'numeric string':
        return this.numericString(type.size);
      case 'UTF-8 string':
        return this.utf8String();
      case 'open':
        return this.open();
      case 'sequence':
        return this.sequence(type);
      case 'sequence of':
        return this.sequenceOf(type);
      case 'choice':
        return this.choice(type);
    }
  }

  private integer({ min, max, width, extensible }: IntegerType): number {
    if (extensible && this.from.bits(1) === 1) return this.added(min, max);
    return min + this.upTo(max - min, width, min);
  }

  /** Outside the range that most are in. */
  private added(min: number, max: number): number {
    const value = readUnconstrained(this.from);
    if (value >= min && value <= max) throw new BitsProblem('a usual number is encoded as an unusual one');
    return value;
  }

  /** @returns a name; the number of one that a later version added */
  private enumerated({ names, extensible, width }: EnumeratedType): string | number {
    if (extensible && this.from.bits(1) === 1) return names.length + readSmall(this.from);
    return names[this.upTo(names.length - 1, width)];
  }

  /** @param offset of what is read, for the error */
  private upTo(max: number, width: number, offset = 0): number {
    const value = this.from.bits(width);
    if (value > max) throw new BitsProblem(`is ${value + offset}; it must be ${offset} to ${max + offset}`);
    return value;
  }

  private bitString(size: Size): string {
    let digits = '';
    for (let left = readSize(this.from, size); left > 0; left -= 1) digits += String(this.from.bits(1));
    return digits;
  }

  private ia5String(size: Size | undefined): string {
    const characters = Array.from({ length: readSize(this.from, size) }, () => this.from.bits(7));
    return String.fromCharCode(...characters);
  }

  private numericString(size: Size | undefined): string {
    const count = readSize(this.from, size);
    return Array.from({ length: count }, () => ' 0123456789'[this.upTo(10, 4)]).join('');
  }

  private utf8String(): string {
    const octets = this.from.octets(readLength(this.from));
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
      throw new BitsProblem('is not UTF-8');
    }
  }

  private open(): string {
    const length = readLength(this.from);
    if (length === 0) throw new BitsProblem('has no octets');
    return this.from.octets(length).toString('hex');
  }

  private sequence({ components, extensible }: SequenceType): unknown {
    const isExtended = extensible && this.from.bits(1) === 1;
    const missing = new Set<Component>();
    for (const component of components)
      if (component.optional && this.from.bits(1) === 0) missing.add(component);
    const value: Record<string, unknown> = {};
    for (const component of components) {
      const { name, type, fallback } = component;
      if (!missing.has(component)) value[name] = this.within(name, type);
      else if (fallback !== undefined) value[name] = fallback;
    }
    if (isExtended) value['...'] = this.additions();
    return value;
  }

  private additions(): (string | null)[] {
    const present = Array.from({ length: readSmall(this.from) + 1 }, () => this.from.bits(1) === 1);
    return present.map((isPresent) => (isPresent ? this.open() : null));
  }

  private sequenceOf({ element, size }: SequenceOfType): unknown[] {
    const count = readSize(this.from, size);
    const elements: unknown[] = [];
    while (elements.length < count) elements.push(this.within(elements.length, element));
    return elements;
  }

  private choice({ alternatives, names, extensible, width }: ChoiceType): unknown {
    if (extensible && this.from.bits(1) === 1)
      return { '...': { index: readSmall(this.from), value: this.open() } };
    const name = names[this.upTo(names.length - 1, width)];
    return { [name]: this.within(name, alternatives[name]) };
  }

  private within(step: string | number, type: AsnType): unknown {
    this.path.push(step);
    const value = this.take(type);
    this.path.pop();
    return value;
  }
}
