/*
 * The built-in engine's pixel work, in AssemblyScript for WebAssembly with SIMD: 16 pixels at a time, exact in every
 * count with `../scalar-engine.ts`, which is the one to read first.
 *
 * Rows come in strips that stay in the processor's nearest cache. Each row goes through two passes: gray and red; then
 * smoothing across, smoothing down, comparing with the smoothed frame before and replacing it. Only that one picture
 * is ever stored whole.
 *
 * Rows of pictures are padded to whole blocks of 16 pixels. What lies beyond the edge is computed like any other and
 * left out when counting: a bit per pixel says which may count, and so a mask costs nothing more.
 */

/** Pixels that are worked on at once. */
const BLOCK: i32 = 16;
/** About how many bytes of a frame are handed over at once. */
const STRIP_BYTES: i32 = 16384;
/** How far beyond a row, and its padding, the last block is read. */
const SLACK: i32 = 64;
/** Rows of sums that are kept: the five that weigh on one smoothed row. */
const SUM_ROWS: i32 = 5;
const REACH: i32 = 2;

let width: i32 = 0;
let height: i32 = 0;
/** Pixels of a padded row. */
let stride: i32 = 0;
/** The row that comes next. */
let row: i32 = 0;

/** Where the next rows of the frame are put, BGR. */
let strip: usize = 0;
/** One gray row, after a block that has room for its reflection. */
let gray: usize = 0;
/** The latest rows of sums across, 16 bits each. */
let sums: usize = 0;
/** The smoothed frame before; row by row it becomes the smoothed frame. */
let smoothed: usize = 0;
/** Bits of the pixels that may count, 16 a block: one row for all when there is no mask, then one for each row. */
let inside: usize = 0;
let masked: bool = false;

/** Counted so far in this frame. */
export let red: i32 = 0;
export let moving: i32 = 0;

/**
 * Makes room for frames of one size.
 * @returns where strips of rows are to be put
 */
export function open(frameWidth: i32, frameHeight: i32): usize {
  width = frameWidth;
  height = frameHeight;
  stride = (width + BLOCK - 1) & -BLOCK;
  strip = (__heap_base + BLOCK) & -BLOCK;
  gray = (strip + stripRows() * width * 3 + SLACK + BLOCK) & -BLOCK;
  sums = gray + stride + 2 * BLOCK;
  smoothed = sums + SUM_ROWS * stride * 2;
  inside = smoothed + height * stride;
  const end = inside + (height + 1) * (stride >> 3);
  const missing = <i32>((end + 0xffff) >>> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  for (let x = 0; x < stride; x += BLOCK) {
    const bits: i32 = 0xffff >>> (BLOCK - min(width - x, BLOCK));
    store<u16>(inside + (x >> 3), <u16>bits);
  }
  return strip;
}

/** How many rows a strip holds. */
export function stripRows(): i32 {
  return min(height, max(1, STRIP_BYTES / (width * 3)));
}

/** Where a mask's bits go: for each row 16 bits for each block of pixels, the first pixel lowest. */
export function mask(): usize {
  return inside + (stride >> 3);
}

/** A frame begins. */
export function begin(withMask: bool): void {
  row = 0;
  red = 0;
  moving = 0;
  masked = withMask;
}

/** Takes in the next rows, which lie in the strip. The last rows of a frame complete its counts. */
export function take(rows: i32): void {
  for (let index = 0; index < rows; index += 1) {
    red += grayAndRed(strip + index * width * 3, insideOf(row));
    reflectEnds();
    if (row < REACH) sumAcross();
    else moving += smooth(row - REACH, true);
    row += 1;
  }
  if (row < height) return;
  for (let last = max(0, height - REACH); last < height; last += 1) moving += smooth(last, false);
}

function insideOf(y: i32): usize {
  return masked ? inside + (y + 1) * (stride >> 3) : inside;
}

/* Gray: blue * 3735 + green * 19235 + red * 9798, rounded, in 15-bit fixed point. */

const BLUE_GREEN_OF_4 = i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
const RED_OF_4 = i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1);
const BLUE_GREEN_WEIGHTS = i16x8(3735, 19235, 3735, 19235, 3735, 19235, 3735, 19235);
const RED_WEIGHT = i16x8(9798, 0, 9798, 0, 9798, 0, 9798, 0);

/** Gray of the first four pixels at an address, 32 bits each. */
function grayOf4(bgr: usize): v128 {
  const pixels = v128.load(bgr);
  const blueGreen = i32x4.dot_i16x8_s(i8x16.swizzle(pixels, BLUE_GREEN_OF_4), BLUE_GREEN_WEIGHTS);
  const onlyRed = i32x4.dot_i16x8_s(i8x16.swizzle(pixels, RED_OF_4), RED_WEIGHT);
  return i32x4.shr_u(i32x4.add(i32x4.add(blueGreen, onlyRed), i32x4.splat(1 << 14)), 15);
}

function grayOf16(bgr: usize): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_u(grayOf4(bgr), grayOf4(bgr + 12)),
    i16x8.narrow_i32x4_u(grayOf4(bgr + 24), grayOf4(bgr + 36)),
  );
}

/* Red: the five comparisons of `../red.ts`. Its tables are nearly straight lines: these lines, and a few exceptions. */

/** Where in three times 16 bytes a colour of 16 pixels is found. */
const BLUE_1 = i8x16(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
const BLUE_2 = i8x16(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1);
const BLUE_3 = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13);
const GREEN_1 = i8x16(1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
const GREEN_2 = i8x16(-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1);
const GREEN_3 = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14);
const RED_1 = i8x16(2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
const RED_2 = i8x16(-1, -1, -1, -1, -1, 1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1);
const RED_3 = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15);

/** By the high half of a byte, the one difference at which green, or blue, may be one further above the other. */
// prettier-ignore
const GREEN_FURTHER = i8x16(-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, <i8>200, 0, <i8>237, 0);
// prettier-ignore
const BLUE_FURTHER = i8x16(-1, 20, 40, 60, 0, 80, 0, 120, 0, 0, <i8>160, 0, <i8>200, 0, <i8>237, <i8>240);

function pick(first: v128, second: v128, third: v128, from1: v128, from2: v128, from3: v128): v128 {
  return v128.or(
    v128.or(i8x16.swizzle(first, from1), i8x16.swizzle(second, from2)),
    i8x16.swizzle(third, from3),
  );
}

/** A straight line through bytes: (byte + before) * slope / 2^15, rounded, - after. */
function line(bytes: v128, before: i16, slope: i16, after: i8): v128 {
  const low = i16x8.add(i16x8.extend_low_i8x16_u(bytes), i16x8.splat(before));
  const high = i16x8.add(i16x8.extend_high_i8x16_u(bytes), i16x8.splat(before));
  const product = i8x16.narrow_i16x8_u(
    i16x8.q15mulr_sat_s(low, i16x8.splat(slope)),
    i16x8.q15mulr_sat_s(high, i16x8.splat(slope)),
  );
  return i8x16.sub(product, i8x16.splat(after));
}

/** A bit for each of 16 pixels: whether it is red. */
function redOf16(bgr: usize): i32 {
  const first = v128.load(bgr);
  const second = v128.load(bgr, 16);
  const third = v128.load(bgr, 32);
  const b = pick(first, second, third, BLUE_1, BLUE_2, BLUE_3);
  const g = pick(first, second, third, GREEN_1, GREEN_2, GREEN_3);
  const r = pick(first, second, third, RED_1, RED_2, RED_3);
  const difference = i8x16.sub(r, i8x16.min_u(b, g));
  const highHalf = i8x16.shr_u(difference, 4);
  const further = line(difference, 10, 11462, 4);
  // Bytes of comparisons that hold are -1.
  const greenAbove = i8x16.sub(further, i8x16.eq(difference, i8x16.swizzle(GREEN_FURTHER, highHalf)));
  const blueAbove = i8x16.sub(further, i8x16.eq(difference, i8x16.swizzle(BLUE_FURTHER, highHalf)));
  // Each of these is 0 where its comparison holds.
  const largest = i8x16.sub_sat_u(i8x16.max_u(b, g), r);
  const bright = i8x16.sub_sat_u(i8x16.splat(50), r);
  const saturated = i8x16.sub_sat_u(line(r, 9, 8932, 2), difference);
  const green = i8x16.sub_sat_u(i8x16.sub_sat_u(g, b), greenAbove);
  const blue = i8x16.sub_sat_u(i8x16.sub_sat_u(b, g), blueAbove);
  const failing = v128.or(v128.or(v128.or(largest, bright), v128.or(saturated, green)), blue);
  return i8x16.bitmask(i8x16.eq(failing, i8x16.splat(0)));
}

/** Writes the gray row and counts the red pixels of a row. */
function grayAndRed(bgr: usize, bits: usize): i32 {
  let count = 0;
  const end = gray + BLOCK + stride;
  for (let to = gray + BLOCK; to < end; to += BLOCK) {
    v128.store(to, grayOf16(bgr));
    count += popcnt(redOf16(bgr) & (<i32>load<u16>(bits)));
    bgr += BLOCK * 3;
    bits += 2;
  }
  return count;
}

/* Smoothing: weights (1, 4, 6, 4, 1)/16 across and down, rounded once, half up, reflected at the border. */

/** Where a position outside 0..length-1 falls when the picture is mirrored at its edge pixels. */
function reflect101(position: i32, length: i32): i32 {
  if (length === 1) return 0;
  while (position < 0 || position >= length)
    position = position < 0 ? -position : 2 * (length - 1) - position;
  return position;
}

function reflectEnds(): void {
  const first = gray + BLOCK;
  const beyond = load<u8>(first + reflect101(width, width));
  const farther = load<u8>(first + reflect101(width + 1, width));
  store<u8>(first - 2, load<u8>(first + reflect101(-2, width)));
  store<u8>(first - 1, load<u8>(first + reflect101(-1, width)));
  store<u8>(first + width, beyond);
  store<u8>(first + width + 1, farther);
}

/** Five values, 16 bits each, with their weights. */
function weigh(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  const inner = i16x8.shl(i16x8.add(i16x8.add(b, d), c), 2);
  return i16x8.add(i16x8.add(i16x8.add(a, e), i16x8.shl(c, 1)), inner);
}

/** The sums across of 8 gray pixels. */
function acrossOf8(pixel: usize): v128 {
  return weigh(
    v128.load8x8_u(pixel - 2),
    v128.load8x8_u(pixel - 1),
    v128.load8x8_u(pixel),
    v128.load8x8_u(pixel + 1),
    v128.load8x8_u(pixel + 2),
  );
}

function sumsOf(y: i32): usize {
  return sums + (reflect101(y, height) % SUM_ROWS) * stride * 2;
}

/** Writes the sums of the latest row. */
function sumAcross(): void {
  const to = sumsOf(row);
  for (let x = 0; x < stride; x += BLOCK / 2) v128.store(to + x * 2, acrossOf8(gray + BLOCK + x));
}

/** Eight smoothed pixels, 16 bits each, from sums across. */
function downOf8(above2: v128, above: v128, center: v128, below: v128, below2: v128): v128 {
  return i16x8.shr_u(i16x8.add(weigh(above2, above, center, below, below2), i16x8.splat(128)), 8);
}

/**
 * Smooths a row, in place of the row of the frame before, and counts the pixels that moved.
 * @param withLatest whether the sums of the row two below are still to be computed, from the gray row
 */
function smooth(y: i32, withLatest: bool): i32 {
  const above2 = sumsOf(y - 2);
  const above = sumsOf(y - 1);
  const center = sumsOf(y);
  const below = sumsOf(y + 1);
  const below2 = sumsOf(y + 2);
  const target = smoothed + y * stride;
  const bits = insideOf(y);
  let count = 0;
  for (let x = 0; x < stride; x += BLOCK) {
    const at = x * 2;
    if (withLatest) {
      v128.store(below2 + at, acrossOf8(gray + BLOCK + x));
      v128.store(below2 + at, acrossOf8(gray + BLOCK + x + 8), 16);
    }
    const now = i8x16.narrow_i16x8_u(
      downOf8(
        v128.load(above2 + at),
        v128.load(above + at),
        v128.load(center + at),
        v128.load(below + at),
        v128.load(below2 + at),
      ),
      downOf8(
        v128.load(above2 + at, 16),
        v128.load(above + at, 16),
        v128.load(center + at, 16),
        v128.load(below + at, 16),
        v128.load(below2 + at, 16),
      ),
    );
    const before = v128.load(target + x);
    v128.store(target + x, now);
    const change = v128.or(i8x16.sub_sat_u(now, before), i8x16.sub_sat_u(before, now));
    // The highest bit is set where the change is more than 25, and only there.
    const moved = i8x16.bitmask(i8x16.add_sat_u(change, i8x16.splat(127 - 25)));
    count += popcnt(moved & (<i32>load<u16>(bits + (x >> 3))));
  }
  return count;
}
