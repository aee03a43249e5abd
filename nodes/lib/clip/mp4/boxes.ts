/** Builds a box of MP4 (ISO/IEC 14496-12, 4.2): its size, its type, and what it holds. */
export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const size = content.reduce((sum, { length }) => sum + length, 8);
  return Buffer.concat([u32(size), ascii(type), ...content], size);
}

/** A box with a version of 8 bits and flags of 24. */
export function fullBox(
  type: string,
  [version, flags]: [number, number],
  ...content: readonly Buffer[]
): Buffer {
  return box(type, u32((version << 24) | flags), ...content);
}

/** A full box without flags that holds a list, the number of entries before it. */
export function listBox(type: string, version: number, entries: readonly Buffer[]): Buffer {
  return fullBox(type, [version, 0], u32(entries.length), Buffer.concat(entries));
}

export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

export function zeros(length: number): Buffer {
  return Buffer.alloc(length);
}

export function u16(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => buffer.writeUInt16BE(value, 2 * i));
  return buffer;
}

/** Negative numbers become their two's complement. */
export function u32(...values: readonly number[]): Buffer {
  return u32List(values);
}

/** As `u32`, for any number of values: a call takes only so many arguments. */
export function u32List(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => buffer.writeUInt32BE(value >>> 0, 4 * i));
  return buffer;
}

/** Negative numbers become their two's complement. */
export function u64(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => buffer.writeBigInt64BE(BigInt(value), 8 * i));
  return buffer;
}
