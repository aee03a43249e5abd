import type { Frame, Size } from '../../../nodes/lib/detection/frames/frame';
import { Canvas } from './canvas';
import { pseudoRandom } from './pictures';

/** A quarter of the width that the detector takes by default, to be quick; scenes are painted in units of 320 x 180. */
export const STREET_SIZE: Size = { width: 160, height: 90 };
const SCALE = STREET_SIZE.width / 320;
export const STREET_FPS = 10;

/** Paints one thing as it is at a second. */
export type Layer = (canvas: Canvas, time: number) => void;

/** What a camera sees: layers from back to front, and what the camera itself adds. */
export interface Scene {
  readonly layers: readonly Layer[];
  readonly seconds: number;
  readonly camera?: readonly Layer[];
  readonly fps?: number;
}

/** Which noise: differs from frame to frame. */
const noiseAt = (time: number) => Math.round(time * 1000) * 7919;

export const noise =
  (strength: number, light: (time: number) => number = () => 0): Layer =>
  (canvas, time) => {
    canvas.grain(strength, noiseAt(time), light(time));
  };

/** Noise in each picture, and light that wanders a little as clouds pass. */
const CAMERA: readonly Layer[] = [noise(3, (time) => 8 * Math.sin(time / 17))];

/** The frames of a scene, painted directly: nothing is encoded. */
export function* framesOf({ layers, seconds, camera = CAMERA, fps = STREET_FPS }: Scene): Generator<Frame> {
  const canvas = new Canvas(STREET_SIZE, SCALE);
  for (let frame = 0; frame < seconds * fps; frame += 1) {
    for (const layer of [...layers, ...camera]) layer(canvas, frame / fps);
    yield canvas.frame();
  }
}

/** A street by day: sky, hedge, two lanes with markings, kerb, a lamp post, the grain of the asphalt. */
export const STREET: Layer = (() => {
  const street = new Canvas(STREET_SIZE, SCALE);
  street.box(0, 0, 320, 180, 0x6a6c70);
  street.box(0, 0, 320, 22, 0xb8c8d8);
  street.box(0, 22, 320, 18, 0x9cb0c0);
  street.box(0, 40, 320, 20, 0x3e5a38);
  street.box(0, 60, 320, 5, 0xa8a49c);
  for (const x of [0, 64, 128, 192, 256]) street.box(x, 112, 32, 3, 0xe0e0d8);
  street.box(0, 166, 320, 3, 0xd8d8d0);
  street.box(250, 8, 6, 56, 0x4a4a48);
  street.grain(6, 11);
  return (canvas) => {
    canvas.data.set(street.data);
  };
})();

/** The same street when the sun has set. */
export const DUSK: Layer = (canvas, time) => {
  STREET(canvas, time);
  for (let at = 0; at < canvas.data.length; at += 1) canvas.data[at] *= 0.35;
};

interface Body {
  readonly colour: number;
  readonly size: readonly [width: number, height: number];
  /** Where the left edge is at a second, in pixels. */
  readonly x: (time: number) => number;
  readonly y: number;
}

/** Body with windows, wheels and a shadow. */
export const vehicle =
  ({ colour, size: [width, height], x, y }: Body): Layer =>
  (canvas, time) => {
    const left = x(time);
    const part = (l: number, t: number, w: number, h: number, fill: number) => {
      canvas.box(left + l * width, y + t * height, w * width, h * height, fill);
    };
    part(0, 0, 1, 1, colour);
    part(0.18, 0.1, 0.6, 0.3, 0x28323c);
    part(0.46, 0.1, 0.04, 0.3, colour);
    part(0.12, 0.78, 0.18, 0.22, 0x101010);
    part(0.7, 0.78, 0.18, 0.22, 0x101010);
    part(0, 0.94, 1, 0.06, 0x303234);
  };

/** A car, 56 pixels long. */
export const car = (colour: number, x: Body['x'], y = 122): Layer =>
  vehicle({ colour, size: [56, 26], x, y });

/** Cars in both directions at different speeds, until a second. */
export const traffic = (until = Infinity): Layer[] => {
  const while_ = (x: Body['x']) => (time: number) => (time < until ? x(time) : -200);
  return [
    car(
      0x20242a,
      while_((time) => (time % 5) * 95 - 70),
    ),
    car(
      0xd8d8d4,
      while_((time) => 400 - ((time + 2) % 7) * 80),
      76,
    ),
    car(
      0x24407a,
      while_((time) => ((time + 3) % 11) * 60 - 80),
      132,
    ),
  ];
};

/** A car that comes at a second and stops in the middle of the lane. */
export const stopping = (at: number, colour = 0x8a2a2e): Layer =>
  car(colour, (time) => (time < at ? -100 : Math.min(140, (time - at) * 90 - 60)));

/** Flames from the ground that flicker and, from a second on, grow over a third of the picture. */
export const flames =
  (from: number): Layer =>
  (canvas, time) => {
    const age = time - from;
    if (age <= 0) return;
    const width = Math.min(180, age * 12 + 6 * Math.sin(time * 9));
    const height = Math.min(140, age * 10);
    const glare = 255 * (0.14 * Math.sin(time * 23) + 0.08 * Math.sin(time * 41));
    const column = Math.max(1, width / 12);
    for (let left = 0; left < width; left += column) {
      // Each tongue reaches as high as its own gusts let it.
      const reach = height * (0.85 + 0.15 * Math.sin(time * 13 + left * 1.7));
      canvas.box(90 + left, 176 - reach, column, reach, flame(glare + 12 * Math.sin(time * 31 + left)));
    }
  };

const flame = (glare: number): number => {
  const level = (base: number) => Math.max(0, Math.min(255, Math.round(base + glare)));
  return (level(240) << 16) | (level(80) << 8) | level(24);
};

/** A tree whose crown the wind moves. */
export const TREE: Layer = (() => {
  const random = pseudoRandom(9);
  const leaves = Array.from({ length: 16 * 16 }, () => 0x2e4a28 + 0x010101 * (random(60) - 30));
  return (canvas, time) => {
    const left = 12 + 5 * Math.sin(time * 4);
    const top = 4 + 2 * Math.cos(time * 5);
    leaves.forEach((colour, leaf) => {
      canvas.box(left + 4 * (leaf % 16), top + 4 * Math.floor(leaf / 16), 4, 4, colour);
    });
  };
})();
