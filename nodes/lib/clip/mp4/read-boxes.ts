/** A box: its type, and where in the data it begins, where what it holds begins, and where it ends. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** A file may hold any number of empty boxes. */
export const MAX_BOXES = 100_000;

/**
 * Reads the head of a box (ISO/IEC 14496-12, 4.2).
 * @throws RangeError when the data ends before it does
 */
export function boxAt(data: Buffer, start: number): Box {
  const size = data.readUInt32BE(start);
  const large = size === 1;
  const end = start + (large ? Number(data.readBigUInt64BE(start + 8)) : size);
  return { type: data.toString('latin1', start + 4, start + 8), start, body: start + (large ? 16 : 8), end };
}

/** @throws RangeError when a box does not end within the range */
export function boxesIn(data: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start < to;) {
    const box = boxAt(data, start);
    if (box.end < box.body || box.end > to) throw new RangeError('A box is longer than what holds it');
    if (boxes.length === MAX_BOXES) throw new RangeError('There are too many boxes');
    boxes.push(box);
    start = box.end;
  }
  return boxes;
}

export function children(data: Buffer, { body, end }: Box, type: string): Box[] {
  return boxesIn(data, body, end).filter((box) => box.type === type);
}

/**
 * The one box at a path below another.
 * @throws RangeError when there is none, or more than one
 */
export function child(data: Buffer, parent: Box, ...path: readonly string[]): Box {
  let box = parent;
  for (const type of path) {
    const [found, ...more] = children(data, box, type);
    if (!found || more.length > 0) throw new RangeError(`There is not one ${type}`);
    box = found;
  }
  return box;
}

export function flagsAt(data: Buffer, { body }: Box): number {
  return data.readUIntBE(body + 1, 3);
}

export function versionAt(data: Buffer, { body }: Box): number {
  return data.readUInt8(body);
}
