import { checkMask, pixelsOf, type Counts, type Engine, type Mask } from './engine';
import type { Frame } from '../frames/frame';
import type { Mat, OpenCv } from './opencv';

const MOTION_THRESHOLD = 25;

/** The engine on the user's own OpenCV. */
export class OpenCvEngine implements Engine {
  readonly name = 'opencv';
  private before: { readonly smoothed: Mat; readonly width: number; readonly height: number } | undefined;
  private prepared: { readonly mask: Mask; readonly mat: Mat; readonly pixels: number } | undefined;

  constructor(private readonly cv: OpenCv) {
    // One camera is one thread's work: the other processors are for other cameras.
    cv.setNumThreads(1);
  }

  count(frame: Frame, mask?: Mask): Counts {
    const { cv, before } = this;
    const { width, height } = frame;
    const inside = mask ? this.prepare(mask, frame) : undefined;
    const count = (picture: Mat) => (inside ? picture.bitwiseAnd(inside.mat) : picture).countNonZero();
    const bgr = new cv.Mat(bytes(frame.data), height, width, cv.CV_8UC3);
    const smoothed = this.smooth(bgr.cvtColor(cv.COLOR_BGR2GRAY));
    this.before = { smoothed, width, height };
    const known = before?.width === width && before.height === height;
    return {
      pixels: inside ? inside.pixels : width * height,
      red: count(this.red(bgr.cvtColor(cv.COLOR_BGR2HSV))),
      moving: known ? count(this.moving(before.smoothed, smoothed)) : undefined,
    };
  }

  private red(hsv: Mat): Mat {
    const { Vec3 } = this.cv;
    const low = hsv.inRange(new Vec3(0, 70, 50), new Vec3(10, 255, 255));
    return low.bitwiseOr(hsv.inRange(new Vec3(170, 70, 50), new Vec3(180, 255, 255)));
  }

  /** The border is named, since these bindings' own default is another than OpenCV's. */
  private smooth(gray: Mat): Mat {
    return gray.gaussianBlur(new this.cv.Size(5, 5), 0, 0, this.cv.BORDER_DEFAULT);
  }

  private moving(before: Mat, now: Mat): Mat {
    return before.absdiff(now).threshold(MOTION_THRESHOLD, 255, this.cv.THRESH_BINARY);
  }

  private prepare(mask: Mask, frame: Frame) {
    checkMask(mask, frame);
    if (this.prepared?.mask !== mask) {
      const mat = new this.cv.Mat(bytes(mask.data), mask.height, mask.width, this.cv.CV_8UC1);
      this.prepared = { mask, mat, pixels: pixelsOf(mask) };
    }
    return this.prepared;
  }
}

const bytes = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length);
