import { inspect } from 'node:util';
import { V2xError } from '../errors';
import { BitWriter } from './bits';
import { LONGEST, MOST_ADDITIONS, writeSize, writeSmall } from './lengths';
import { LEAST_ADDED, MOST_ADDED, writeUnconstrained } from './unconstrained';
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

type Members = Readonly<Record<string, unknown>>;

/**
 * Encodes a value in unaligned PER (ITU-T X.691), canonically: equal values give equal octets.
 * @param name what the value is, for the error
 * @throws V2xError `field` naming the field, its value, and what it may be
 */
export function encode<Type extends AsnType>(name: string, type: Type, value: ValueOf<Type>): Buffer {
  return encodeJson(name, type, value);
}

/** As `encode`, for a value from outside. */
export function encodeJson(name: string, type: AsnType, value: unknown): Buffer {
  const encoder = new Encoder(name);
  encoder.put(type, value);
  return encoder.out.finish();
}

class Encoder {
  readonly out = new BitWriter();
  /** Where in the value we are. */
  private readonly path: (string | number)[] = [];

  constructor(private readonly name: string) {}

  put(type: AsnType, value: unknown): void {
    switch (type.kind) {
      case 'integer':
        this.integer(value, type);
        break;
      case 'boolean':
        if (typeof value !== 'boolean') this.refuse(value, 'true or false');
        this.out.bits(Number(value), 1);
        break;
      case 'null':
        if (value !== null) this.refuse(value, 'null');
        break;
      case 'enumerated':
        this.enumerated(value, type);
        break;
      case 'bit string':
        this.bitString(value, type.size);
        break;
      case 'octet string':
        this.octets(this.hex(value), type.size);
        break;
      case 'IA5 string':
        this.ia5String(value, type.size);
        break;
      case 'numeric string':
        this.numericString(value, type.size);
        break;
      case 'UTF-8 string':
        this.octets(Buffer.from(this.text(value, /^/, 'text'), 'utf8'), undefined);
        break;
      case 'open':
        this.open(value);
        break;
      case 'sequence':
        this.sequence(value, type);
        break;
      case 'sequence of':
        this.sequenceOf(value, type);
        break;
      case 'choice':
        this.choice(value, type);
        break;
    }
  }

  /** X.691 clauses 11.5 and 13 */
  private integer(value: unknown, { min, max, width, extensible }: IntegerType): void {
    const [least, most] = extensible ? [LEAST_ADDED, MOST_ADDED] : [min, max];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      this.refuse(value, `a whole number from ${least} to ${most}`);
    const isAdded = value < min || value > max;
    if (extensible) this.out.bits(Number(isAdded), 1);
    if (isAdded) writeUnconstrained(this.out, value);
    else this.out.bits(value - min, width);
  }

  /** X.691 clause 14 */
  private enumerated(value: unknown, { names, extensible, width }: EnumeratedType): void {
    const index = names.findIndex((name) => name === value);
    const added = typeof value === 'number' ? value - names.length : -1;
    const isAdded = extensible && Number.isInteger(added) && added >= 0 && added < MOST_ADDITIONS;
    if (index < 0 && !isAdded) this.refuse(value, `one of ${names.join(', ')}`);
    if (extensible) this.out.bits(Number(isAdded), 1);
    if (isAdded) writeSmall(this.out, added);
    else this.out.bits(index, width);
  }

  /** X.691 clause 16 */
  private bitString(value: unknown, size: Size): void {
    const digits = this.text(value, /^[01]*$/, 'a text of digits 0 and 1');
    this.size(digits.length, size, 'digits');
    for (const digit of digits) this.out.bits(Number(digit), 1);
  }

  /** X.691 clauses 11.2 and 17 */
  private octets(octets: Buffer, size: Size | undefined): void {
    this.size(octets.length, size, 'octets');
    this.out.octets(octets);
  }

  /** X.691 clause 30.5: seven bits a character */
  private ia5String(value: unknown, size: Size | undefined): void {
    const text = this.text(value, /^\p{ASCII}*$/u, 'a text of ASCII characters');
    this.size(text.length, size, 'characters');
    for (const character of Buffer.from(text, 'latin1')) this.out.bits(character, 7);
  }

  /** X.691 clause 30.5: four bits a character, space first */
  private numericString(value: unknown, size: Size | undefined): void {
    const text = this.text(value, /^[ \d]*$/, 'a text of digits and spaces');
    this.size(text.length, size, 'characters');
    for (const character of text) this.out.bits(character === ' ' ? 0 : 1 + Number(character), 4);
  }

  /** X.691 clause 19 */
  private sequence(value: unknown, { fields, components, extensible }: SequenceType): void {
    const members = this.object(value);
    const additions = members['...'];
    for (const name in members)
      if (!Object.hasOwn(fields, name) && (name !== '...' || !extensible))
        this.refuse(name, `one of the fields ${Object.keys(fields).join(', ')}`);
    if (extensible) this.out.bits(Number(additions !== undefined), 1);
    const isPresent = ({ name, optional, fallback }: Component) =>
      !optional || (members[name] !== undefined && members[name] !== fallback);
    for (const component of components)
      if (component.optional) this.out.bits(Number(isPresent(component)), 1);
    for (const component of components)
      if (isPresent(component)) this.within(component.name, component.type, members[component.name]);
    if (additions !== undefined) this.additions(additions);
  }

  /** X.691 clauses 19.7 to 19.9 */
  private additions(additions: unknown): void {
    if (!Array.isArray(additions) || additions.length === 0 || additions.length > MOST_ADDITIONS)
      this.refuse(additions, `a list of 1 to ${MOST_ADDITIONS} additions`);
    const list: readonly unknown[] = additions;
    writeSmall(this.out, list.length - 1);
    for (const addition of list) this.out.bits(Number(addition !== null), 1);
    for (const addition of list) if (addition !== null) this.open(addition);
  }

  /** X.691 clause 20 */
  private sequenceOf(value: unknown, { element, size }: SequenceOfType): void {
    if (!Array.isArray(value)) this.refuse(value, 'a list');
    const elements: readonly unknown[] = value;
    this.size(elements.length, size, 'elements');
    for (const [index, one] of elements.entries()) this.within(index, element, one);
  }

  /** X.691 clause 23 */
  private choice(value: unknown, { alternatives, names, extensible, width }: ChoiceType): void {
    const members = Object.entries(this.object(value));
    const [name, chosen] = members.at(0) ?? ['', undefined];
    const index = names.indexOf(name);
    const isAdded = extensible && name === '...';
    if (members.length !== 1 || (index < 0 && !isAdded))
      this.refuse(value, `an object with one of ${names.join(', ')}`);
    if (extensible) this.out.bits(Number(isAdded), 1);
    if (isAdded) {
      this.addedAlternative(chosen);
    } else {
      this.out.bits(index, width);
      this.within(name, alternatives[name], chosen);
    }
  }

  private addedAlternative(chosen: unknown): void {
    const { index, value } = this.object(chosen);
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= MOST_ADDITIONS)
      this.refuse(index, `a whole number from 0 to ${MOST_ADDITIONS - 1}`);
    writeSmall(this.out, index);
    this.open(value);
  }

  /** X.691 clause 11.2 */
  private open(value: unknown): void {
    const octets = this.hex(value);
    if (octets.length === 0) this.refuse(value, 'at least one octet');
    this.octets(octets, undefined);
  }

  private size(count: number, size: Size | undefined, unit: string): void {
    const { min, max } = !size || size.extensible ? { min: 0, max: LONGEST } : size;
    if (count < min || count > max) this.refuse(count, `${min} to ${max} ${unit}`);
    writeSize(this.out, count, size);
  }

  private within(step: string | number, type: AsnType, value: unknown): void {
    this.path.push(step);
    this.put(type, value);
    this.path.pop();
  }

  private hex(value: unknown): Buffer {
    return Buffer.from(this.text(value, /^(?:[\da-f]{2})*$/i, 'octets in hex'), 'hex');
  }

  private text(value: unknown, form: RegExp, what: string): string {
    if (typeof value !== 'string' || !form.test(value)) this.refuse(value, what);
    return value;
  }

  private object(value: unknown): Members {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse(value, 'an object');
    return value as Members;
  }

  private refuse(value: unknown, allowed: string): never {
    const field = [this.name, ...this.path].join('.');
    const given = value === undefined ? 'missing' : inspect(value, { breakLength: Infinity }).slice(0, 100);
    throw new V2xError('field', `${field} is ${given}; it must be ${allowed}`, { field });
  }
}
