import { createRequire } from 'node:module';
import { messageOf, V2xError } from '../../errors';

/** What the engine uses of OpenCV's bindings; `@u4/opencv4nodejs` is the one that is still looked after. */
export interface OpenCv {
  readonly Mat: new (data: Buffer, rows: number, columns: number, type: number) => Mat;
  readonly Vec3: new (x: number, y: number, z: number) => object;
  readonly Size: new (width: number, height: number) => object;
  readonly CV_8UC1: number;
  readonly CV_8UC3: number;
  readonly COLOR_BGR2HSV: number;
  readonly COLOR_BGR2GRAY: number;
  readonly BORDER_DEFAULT: number;
  readonly THRESH_BINARY: number;
  setNumThreads(threads: number): void;
}

export interface Mat {
  cvtColor(code: number): Mat;
  inRange(lower: object, upper: object): Mat;
  bitwiseOr(other: Mat): Mat;
  bitwiseAnd(other: Mat): Mat;
  gaussianBlur(size: object, sigmaX: number, sigmaY: number, border: number): Mat;
  absdiff(other: Mat): Mat;
  threshold(threshold: number, max: number, type: number): Mat;
  countNonZero(): number;
}

const PACKAGES = ['@u4/opencv4nodejs', 'opencv4nodejs'] as const;

/**
 * Where OpenCV's bindings are installed, seen from this package or from one of the folders given.
 * @throws V2xError `engine` when they are not
 */
export function findOpenCv(folders?: readonly string[]): string {
  const require = createRequire(__filename);
  for (const name of PACKAGES) {
    try {
      return folders ? require.resolve(name, { paths: [...folders] }) : require.resolve(name);
    } catch {
      // The next one, perhaps.
    }
  }
  throw new V2xError(
    'engine',
    `The engine "opencv" needs ${PACKAGES.join(' or ')}, but neither is installed`,
    {},
    {
      remedy:
        'install it as described in README, or choose the engine "builtin", which gives the same results',
    },
  );
}

/**
 * Loads OpenCV's bindings; only in a process of its own, see `engine-host.ts`.
 * @throws V2xError `engine` when they are not installed or cannot be loaded
 */
export function loadOpenCv(path = findOpenCv()): OpenCv {
  try {
    const loaded = createRequire(__filename)(path) as OpenCv & { readonly cv?: OpenCv };
    const cv = loaded.cv ?? loaded;
    if (typeof cv.Mat !== 'function') throw new Error('it has no Mat');
    return cv;
  } catch (error) {
    const reason = messageOf(error);
    throw new V2xError(
      'engine',
      `OpenCV's bindings in ${path} cannot be loaded: ${reason}`,
      { path, reason },
      { remedy: 'build them again as described in README', cause: error },
    );
  }
}
