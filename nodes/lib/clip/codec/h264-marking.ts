import { BitWriter, escaped, unescaped } from './bits';
import { isSlice, sliceHeader, type MarkingCommand, type SliceContext, type SliceHeader } from './h264-slice';

/** Bytes of a slice in which its header surely is. */
const HEADER_BYTES = 1024;
/** memory_management_control_operation: a short-term picture becomes unused; all do. Others are for long-term ones. */
const [UNUSED, RESET] = [1, 5];

/**
 * Rewrites the pictures behind a key picture at which decoding begins, although it is none of H.264's entry points.
 * Their marking commands (ITU-T H.264, 7.4.3.3) may name pictures from long before it. ffmpeg reports that as an error,
 * and Chromium, which decodes with ffmpeg, stops there. Such commands are left out; everything else stays as it is.
 */
export class MarkingRepair {
  /**
   * frame_num of the reference pictures that ffmpeg's decoder holds, the newest first. It puts others in place of
   * those that are missing, as 8.2.5.2 says, also before the first picture.
   */
  private held: number[] = [];
  private last: number | undefined;
  private references = 0;

  constructor(
    private readonly context: SliceContext,
    private readonly lengthBytes: number,
  ) {}

  /** Reference pictures so far. */
  get count(): number {
    return this.references;
  }

  /**
   * @param sample the next picture in the order of decoding: NAL units with their lengths
   * @returns it, or what takes its place
   * @throws RangeError when it cannot be read, or keeps long-term reference pictures
   */
  next(sample: Buffer): Buffer {
    const { lengthBytes } = this;
    const pieces: Buffer[] = [];
    let header: SliceHeader | undefined;
    let commands: readonly MarkingCommand[] | undefined;
    for (let at = 0; at + lengthBytes < sample.length;) {
      const end = at + lengthBytes + sample.readUIntBE(at, lengthBytes);
      const unit = sample.subarray(at + lengthBytes, end);
      let piece = sample.subarray(at, end);
      if (isSlice(unit)) {
        const own = sliceHeader(
          unit.readUInt8(0),
          unescaped(unit.subarray(1, 1 + HEADER_BYTES)),
          this.context,
        );
        // All slices of a picture say the same.
        if (!header) commands = this.begin(own);
        header = own;
        if (commands !== own.marking && commands) piece = this.withLength(rewritten(unit, own, commands));
      }
      pieces.push(piece);
      at = end;
    }
    if (header?.isReference) this.end(header, commands);
    return pieces.length > 0 ? Buffer.concat(pieces) : sample;
  }

  /** @returns the marking commands of a picture, as far as they name what the decoder holds */
  private begin({ frameNum, isIdr, marking }: SliceHeader): SliceHeader['marking'] {
    const { references } = this.context.sequence;
    const next = this.last === undefined ? 0 : this.wrapped(this.last + 1);
    if (!isIdr && frameNum !== this.last) {
      const missing = Math.min(this.wrapped(frameNum - next), references);
      for (let back = missing; back > 0; back -= 1) this.hold(this.wrapped(frameNum - back));
    }
    this.last = frameNum;
    if (marking?.some(([operation]) => operation !== UNUSED && operation !== RESET))
      throw new RangeError('There are long-term reference pictures');
    const known = marking?.filter(
      (command) => command[0] === RESET || this.held.includes(this.target(command)),
    );
    if (!known || known.length === marking?.length) return marking;
    // In place of what is not there the oldest goes, as far as the decoder has no room otherwise.
    const left = this.held.filter((held) => !known.some((command) => this.target(command) === held));
    const extra = left.slice(Math.max(0, references - 1));
    return [...known, ...extra.map((held) => [UNUSED, this.wrapped(frameNum - held) - 1] as const)];
  }

  private end({ frameNum, isIdr }: SliceHeader, commands: SliceHeader['marking']): void {
    const isReset = isIdr || (commands?.some(([operation]) => operation === RESET) ?? false);
    const unused = commands?.map((command) => this.target(command)) ?? [];
    this.held = isReset ? [] : this.held.filter((held) => !unused.includes(held));
    this.last = isReset ? 0 : frameNum;
    this.hold(this.last);
    this.references += 1;
  }

  /** Adds a reference picture; the oldest makes room (8.2.5.3). */
  private hold(frameNum: number): void {
    this.held = [frameNum, ...this.held].slice(0, Math.max(1, this.context.sequence.references));
  }

  /** frame_num of the picture that a command of the current one names (8.2.5.4.1). */
  private target([, difference = 0]: MarkingCommand): number {
    return this.wrapped((this.last ?? 0) - difference - 1);
  }

  private wrapped(frameNum: number): number {
    const range = 2 ** this.context.sequence.frameNumBits;
    return (frameNum + range) % range;
  }

  private withLength(unit: Buffer): Buffer {
    const length = Buffer.alloc(this.lengthBytes);
    length.writeUIntBE(unit.length, 0, this.lengthBytes);
    return Buffer.concat([length, unit]);
  }
}

/** A slice with other marking commands. With CABAC its data begins with a byte (7.3.4), otherwise with a bit. */
function rewritten(unit: Buffer, header: SliceHeader, commands: readonly MarkingCommand[]): Buffer {
  const payload = unescaped(unit.subarray(1));
  const { markingFrom, markingTo, headerTo, cabac } = header;
  const bits = new BitWriter();
  bits.copy(payload, 0, markingFrom);
  bits.put(1, 1);
  for (const command of commands) for (const value of command) bits.exp(value);
  bits.exp(0);
  if (cabac) {
    bits.copy(payload, markingTo, headerTo);
    bits.align();
    const data = payload.subarray(Math.ceil(headerTo / 8));
    return Buffer.concat([unit.subarray(0, 1), escaped(Buffer.concat([bits.take(), data]))]);
  }
  bits.copy(payload, markingTo, endOfBits(payload));
  return Buffer.concat([unit.subarray(0, 1), escaped(bits.take())]);
}

/** Behind the last bit that is set, the stop bit (7.3.2.11). */
function endOfBits(payload: Buffer): number {
  const last = payload.findLastIndex((byte) => byte !== 0);
  const byte = payload[last] ?? 0;
  const zeros = byte === 0 ? 0 : Math.log2(byte & -byte);
  return 8 * (last + 1) - zeros;
}
