/** What the sequence parameter set of H.264 says about its pictures. */
export interface PictureFormat {
  readonly profile: number;
  /** 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chroma: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly interlaced: boolean;
  /** Width to height of a pixel, such as `4:3`; undefined when square or not said. */
  readonly pixelShape: string | undefined;
  /** Whether black is 0 instead of 16. */
  readonly fullRange: boolean;
}

/** Profiles with chroma format and depth (ITU-T H.264, 7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** Table E-1. */
const PIXEL_SHAPES: readonly (string | undefined)[] =
  '1:1 1:1 12:11 10:11 16:11 40:33 24:11 20:11 32:11 80:33 18:11 15:11 64:33 160:99 4:3 3:2 2:1'.split(' ');
const EXTENDED_SHAPE = 255;

/**
 * Reads a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and E.1.1).
 * @param unit the NAL unit with its header
 * @throws RangeError when it is not whole
 */
export function pictureFormat(unit: Buffer): PictureFormat {
  const bits = new BitReader(unit.subarray(1));
  const profile = bits.take(8);
  bits.take(16);
  bits.exp();
  const { chroma, depth } = HIGH_PROFILES.has(profile) ? chromaOf(bits) : { chroma: 1, depth: 8 };
  bits.exp();
  orderCount(bits);
  bits.exp();
  bits.take(1);
  bits.exp();
  bits.exp();
  const interlaced = bits.take(1) === 0;
  if (interlaced) bits.take(1);
  bits.take(1);
  if (bits.take(1)) for (let side = 0; side < 4; side += 1) bits.exp();
  return { profile, chroma, depth, interlaced, ...usability(bits) };
}

function chromaOf(bits: BitReader): { chroma: number; depth: number } {
  const chroma = bits.exp();
  if (chroma === 3) bits.take(1);
  const depth = 8 + bits.exp();
  bits.exp();
  bits.take(1);
  const lists = bits.take(1) ? (chroma === 3 ? 12 : 8) : 0;
  for (let list = 0; list < lists; list += 1) if (bits.take(1)) skipScaling(bits, list < 6 ? 16 : 64);
  return { chroma, depth };
}

function skipScaling(bits: BitReader, size: number): void {
  let next = 8;
  for (let i = 0; i < size && next !== 0; i += 1) next = (next + bits.signedExp() + 256) % 256;
}

function orderCount(bits: BitReader): void {
  const kind = bits.exp();
  if (kind === 0) bits.exp();
  if (kind !== 1) return;
  bits.take(1);
  bits.exp();
  bits.exp();
  const cycle = bits.exp();
  for (let i = 0; i < cycle && i < 256; i += 1) bits.exp();
}

function usability(bits: BitReader): Pick<PictureFormat, 'pixelShape' | 'fullRange'> {
  if (!bits.take(1)) return { pixelShape: undefined, fullRange: false };
  const index = bits.take(1) ? bits.take(8) : 0;
  const shape = index === EXTENDED_SHAPE ? `${bits.take(16)}:${bits.take(16)}` : PIXEL_SHAPES[index];
  if (bits.take(1)) bits.take(1);
  const fullRange = bits.take(1) === 1 && bits.take(3) >= 0 && bits.take(1) === 1;
  return { pixelShape: shape === '1:1' ? undefined : shape, fullRange };
}

/** Reads bits of a NAL unit, whose bytes 0 0 3 stand for 0 0 (7.3.1). */
class BitReader {
  private readonly bytes: readonly number[];
  private at = 0;

  constructor(unit: Buffer) {
    this.bytes = [...unit].filter((byte, i) => !(byte === 3 && unit[i - 1] === 0 && unit[i - 2] === 0));
  }

  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      const byte = this.bytes.at(this.at >> 3);
      if (byte === undefined || this.at >> 3 >= this.bytes.length) {
        throw new RangeError('The parameter set is not whole');
      }
      value = value * 2 + ((byte >> (7 - (this.at & 7))) & 1);
      this.at += 1;
    }
    return value;
  }

  /** Exp-Golomb code (9.1). */
  exp(): number {
    let zeros = 0;
    while (this.take(1) === 0) if ((zeros += 1) > 32) throw new RangeError('The code is too long');
    return 2 ** zeros - 1 + this.take(zeros);
  }

  signedExp(): number {
    const code = this.exp();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
