import { BitReader, unescaped } from './bits';

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

/** What the sequence parameter set of H.264 says about the headers of its slices. */
export interface SliceSyntax {
  /** Bits of frame_num. */
  readonly frameNumBits: number;
  /** max_num_ref_frames. */
  readonly references: number;
  /** pic_order_cnt_type, and bits of pic_order_cnt_lsb. */
  readonly orderKind: number;
  readonly orderBits: number;
  /** delta_pic_order_always_zero_flag. */
  readonly orderIsFixed: boolean;
  /** separate_colour_plane_flag. */
  readonly separatePlanes: boolean;
}

/**
 * Reads a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and E.1.1).
 * @param unit the NAL unit with its header
 * @throws RangeError when it is not whole
 */
export function pictureFormat(unit: Buffer): PictureFormat {
  return sequenceSetOf(unit).picture;
}

/** As `pictureFormat`, with what slices need. */
export function sequenceSetOf(unit: Buffer): { picture: PictureFormat; slice: SliceSyntax } {
  const bits = new BitReader(unescaped(unit.subarray(1)));
  const profile = bits.take(8);
  bits.take(16);
  bits.exp();
  const { separatePlanes, ...samples } = HIGH_PROFILES.has(profile)
    ? chromaOf(bits)
    : { chroma: 1, depth: 8, separatePlanes: false };
  const frameNumBits = 4 + bits.exp();
  const order = orderCount(bits);
  const references = bits.exp();
  bits.take(1);
  bits.exp();
  bits.exp();
  const interlaced = bits.take(1) === 0;
  if (interlaced) bits.take(1);
  bits.take(1);
  if (bits.take(1)) for (let side = 0; side < 4; side += 1) bits.exp();
  return {
    picture: { profile, ...samples, interlaced, ...usability(bits) },
    slice: { frameNumBits, references, ...order, separatePlanes },
  };
}

function chromaOf(bits: BitReader): { chroma: number; depth: number; separatePlanes: boolean } {
  const chroma = bits.exp();
  const separatePlanes = chroma === 3 && bits.take(1) === 1;
  const depth = 8 + bits.exp();
  bits.exp();
  bits.take(1);
  const lists = bits.take(1) ? (chroma === 3 ? 12 : 8) : 0;
  for (let list = 0; list < lists; list += 1) if (bits.take(1)) skipScaling(bits, list < 6 ? 16 : 64);
  return { chroma, depth, separatePlanes };
}

function skipScaling(bits: BitReader, size: number): void {
  let next = 8;
  for (let i = 0; i < size && next !== 0; i += 1) next = (next + bits.signedExp() + 256) % 256;
}

function orderCount(bits: BitReader): Pick<SliceSyntax, 'orderKind' | 'orderBits' | 'orderIsFixed'> {
  const orderKind = bits.exp();
  if (orderKind !== 1)
    return { orderKind, orderBits: orderKind === 0 ? 4 + bits.exp() : 0, orderIsFixed: false };
  const orderIsFixed = bits.take(1) === 1;
  bits.exp();
  bits.exp();
  const cycle = bits.exp();
  for (let i = 0; i < cycle && i < 256; i += 1) bits.exp();
  return { orderKind, orderBits: 0, orderIsFixed };
}

function usability(bits: BitReader): Pick<PictureFormat, 'pixelShape' | 'fullRange'> {
  if (!bits.take(1)) return { pixelShape: undefined, fullRange: false };
  const index = bits.take(1) ? bits.take(8) : 0;
  const shape = index === EXTENDED_SHAPE ? `${bits.take(16)}:${bits.take(16)}` : PIXEL_SHAPES[index];
  if (bits.take(1)) bits.take(1);
  const fullRange = bits.take(1) === 1 && bits.take(3) >= 0 && bits.take(1) === 1;
  return { pixelShape: shape === '1:1' ? undefined : shape, fullRange };
}
