import { BitReader, unescaped } from './bits';
import { sequenceSetOf, type SliceSyntax } from './h264-sps';

/** What a picture parameter set says about the headers of slices (ITU-T H.264, 7.3.2.2). */
interface PictureSyntax {
  readonly cabac: boolean;
  readonly bottomOrder: boolean;
  readonly references: readonly [number, number];
  readonly weighted: boolean;
  readonly weightedBoth: boolean;
  /** deblocking_filter_control_present_flag. */
  readonly deblocking: boolean;
  readonly redundant: boolean;
}

/** What is needed to read slice headers. */
export interface SliceContext {
  readonly sequence: SliceSyntax & { readonly hasChroma: boolean };
  /** By pic_parameter_set_id. */
  readonly pictures: ReadonlyMap<number, PictureSyntax>;
}

/** A memory management control operation and its operands (7.4.3.3). */
export type MarkingCommand = readonly [operation: number, ...operands: number[]];

export interface SliceHeader {
  readonly frameNum: number;
  readonly isReference: boolean;
  readonly isIdr: boolean;
  readonly cabac: boolean;
  /** Undefined where the decoder's sliding window decides. */
  readonly marking: readonly MarkingCommand[] | undefined;
  /** Where the commands begin and end, and where the header ends: bits of the payload. */
  readonly markingFrom: number;
  readonly markingTo: number;
  readonly headerTo: number;
}

const [SLICE, IDR_SLICE, SPS, PPS] = [1, 5, 7, 8];
/** slice_type modulo 5 (table 7-6). */
const [B, I, SP, SI] = [1, 2, 3, 4];
const MAX_COMMANDS = 66;

export function isSlice(unit: Buffer): boolean {
  return [SLICE, IDR_SLICE].includes(typeOf(unit));
}

function typeOf(unit: Buffer): number {
  return (unit.at(0) ?? 0) & 31;
}

/**
 * @param sets parameter sets as NAL units; of several with one number the last counts
 * @returns undefined when the stream has interlaced pictures, slice groups, or several sequence parameter sets
 * @throws RangeError when a set is not whole
 */
export function sliceContext(sets: readonly Buffer[]): SliceContext | undefined {
  const sequences = new Set(
    sets.filter((unit) => typeOf(unit) === SPS).map((unit) => unit.toString('latin1')),
  );
  const [sps] = sequences;
  if (sps === undefined || sequences.size > 1) return undefined;
  const { picture, slice } = sequenceSetOf(Buffer.from(sps, 'latin1'));
  const pictures = new Map<number, PictureSyntax>();
  for (const unit of sets.filter((set) => typeOf(set) === PPS)) {
    const found = pictureSyntax(unit);
    if (!found) return undefined;
    pictures.set(found.id, found.syntax);
  }
  if (picture.interlaced || slice.separatePlanes) return undefined;
  return { sequence: { ...slice, hasChroma: picture.chroma !== 0 }, pictures };
}

function pictureSyntax(unit: Buffer): { id: number; syntax: PictureSyntax } | undefined {
  const bits = new BitReader(unescaped(unit.subarray(1)));
  const id = bits.exp();
  bits.exp();
  const [cabac, bottomOrder] = [bits.flag(), bits.flag()];
  if (bits.exp() > 0) return undefined;
  const references: [number, number] = [bits.exp() + 1, bits.exp() + 1];
  const [weighted, weightedBoth] = [bits.flag(), bits.take(2) === 1];
  for (let i = 0; i < 3; i += 1) bits.signedExp();
  const [deblocking, , redundant] = [bits.flag(), bits.flag(), bits.flag()];
  return { id, syntax: { cabac, bottomOrder, references, weighted, weightedBoth, deblocking, redundant } };
}

/**
 * Reads the header of a slice of a frame (ITU-T H.264, 7.3.3).
 * @param first the NAL unit's first byte
 * @param payload the bytes behind it, unescaped; the first kilobyte is enough
 * @throws RangeError when it is not whole, or refers to an unknown parameter set
 */
export function sliceHeader(
  first: number,
  payload: Buffer,
  { sequence, pictures }: SliceContext,
): SliceHeader {
  const bits = new BitReader(payload);
  const isReference = (first & 0x60) !== 0;
  const isIdr = (first & 31) === IDR_SLICE;
  bits.exp();
  const type = bits.exp() % 5;
  const picture = pictures.get(bits.exp());
  if (!picture) throw new RangeError('There is no such picture parameter set');
  const frameNum = bits.take(sequence.frameNumBits);
  if (isIdr) bits.exp();
  skipOrder(bits, sequence, picture);
  if (picture.redundant) bits.exp();
  skipReferences(bits, type, { sequence, picture });
  const markingFrom = bits.at;
  const marking = isReference ? markingOf(bits, isIdr) : undefined;
  const markingTo = bits.at;
  skipRest(bits, type, picture);
  const place = { markingFrom, markingTo, headerTo: bits.at };
  return { frameNum, isReference, isIdr, cabac: picture.cabac, marking, ...place };
}

function skipOrder(bits: BitReader, sequence: SliceSyntax, { bottomOrder }: PictureSyntax): void {
  if (sequence.orderKind === 0) {
    bits.take(sequence.orderBits);
    if (bottomOrder) bits.signedExp();
  } else if (sequence.orderKind === 1 && !sequence.orderIsFixed) {
    bits.signedExp();
    if (bottomOrder) bits.signedExp();
  }
}

/** Numbers of references, changes of their order, and weights. */
function skipReferences(
  bits: BitReader,
  type: number,
  { sequence, picture }: { readonly sequence: SliceContext['sequence']; readonly picture: PictureSyntax },
): void {
  if (type === I || type === SI) return;
  const lists = type === B ? 2 : 1;
  if (type === B) bits.take(1);
  let counts: readonly number[] = picture.references;
  if (bits.flag()) counts = Array.from({ length: lists }, () => bits.exp() + 1);
  for (let list = 0; list < lists; list += 1) {
    if (bits.flag()) while (bits.exp() !== 3) bits.exp();
  }
  const isWeighted = type === B ? picture.weightedBoth : picture.weighted;
  if (isWeighted) skipWeights(bits, counts.slice(0, lists), sequence.hasChroma);
}

function skipWeights(bits: BitReader, counts: readonly number[], hasChroma: boolean): void {
  bits.exp();
  if (hasChroma) bits.exp();
  for (const count of counts) {
    for (let i = 0; i < count; i += 1) {
      if (bits.flag()) for (let value = 0; value < 2; value += 1) bits.signedExp();
      if (hasChroma && bits.flag()) for (let value = 0; value < 4; value += 1) bits.signedExp();
    }
  }
}

function markingOf(bits: BitReader, isIdr: boolean): MarkingCommand[] | undefined {
  if (isIdr) {
    bits.take(2);
    return undefined;
  }
  if (!bits.flag()) return undefined;
  const commands: MarkingCommand[] = [];
  for (let operation = bits.exp(); operation !== 0; operation = bits.exp()) {
    if (operation > 6 || commands.length === MAX_COMMANDS) throw new RangeError('There is no such command');
    const operands = { 3: 2, 5: 0 }[operation] ?? 1;
    commands.push([operation, ...Array.from({ length: operands }, () => bits.exp())]);
  }
  return commands;
}

/** What lies between the marking and the data. */
function skipRest(bits: BitReader, type: number, picture: PictureSyntax): void {
  if (picture.cabac && type !== I && type !== SI) bits.exp();
  bits.signedExp();
  if (type === SP || type === SI) throw new RangeError('There are switching slices');
  if (!picture.deblocking) return;
  if (bits.exp() !== 1) for (let i = 0; i < 2; i += 1) bits.signedExp();
}
