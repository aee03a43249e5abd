import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { checkMask, pixelsOf, type Counts, type Engine, type Mask } from './engine';
import { BYTES_PER_PIXEL, type Frame, type Size } from '../frames/frame';

/** What `wasm/count.ts` exports. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly red: { readonly value: number };
  readonly moving: { readonly value: number };
  open(width: number, height: number): number;
  stripRows(): number;
  mask(): number;
  begin(withMask: boolean): void;
  take(rows: number): void;
}

/** Pixels to a block in the kernel; its rows are padded to whole blocks. */
const BLOCK = 16;

/** The engine in WebAssembly with SIMD; `npm run bench:detector` compares it with OpenCV on one thread. */
export class SimdEngine implements Engine {
  readonly name = 'builtin';
  private readonly kernel: Kernel;
  private size: Size = { width: 0, height: 0 };
  private strip = new Uint8Array();
  private mask: Mask | undefined;
  private maskPixels = 0;

  constructor() {
    this.kernel = new WebAssembly.Instance(new WebAssembly.Module(program())).exports as unknown as Kernel;
  }

  /** Whether this processor and this Node.js can run it. */
  static isAvailable(): boolean {
    return WebAssembly.validate(program());
  }

  count(frame: Frame, mask?: Mask): Counts {
    const { width, height } = frame;
    if (mask) checkMask(mask, frame);
    const known = width === this.size.width && height === this.size.height;
    if (!known) this.open(frame);
    if (mask && mask !== this.mask) this.prepare(mask);
    this.feed(frame, mask !== undefined);
    const { red, moving } = this.kernel;
    return {
      pixels: mask ? this.maskPixels : width * height,
      red: red.value,
      moving: known ? moving.value : undefined,
    };
  }

  private open({ width, height }: Size): void {
    const { kernel } = this;
    const address = kernel.open(width, height);
    this.size = { width, height };
    this.mask = undefined;
    this.strip = new Uint8Array(kernel.memory.buffer, address, kernel.stripRows() * width * BYTES_PER_PIXEL);
  }

  /** Hands a frame over in strips that stay in the processor's cache: so copying costs next to nothing. */
  private feed({ width, data }: Frame, withMask: boolean): void {
    const { kernel, strip } = this;
    kernel.begin(withMask);
    for (let at = 0; at < data.length; at += strip.length) {
      const rows = data.subarray(at, at + strip.length);
      strip.set(rows);
      kernel.take(rows.length / (width * BYTES_PER_PIXEL));
    }
  }

  /** Packs a mask into the bits that the kernel reads. */
  private prepare(mask: Mask): void {
    const { width, height, data } = mask;
    const rowBytes = (Math.ceil(width / BLOCK) * BLOCK) / 8;
    const bits = new Uint8Array(this.kernel.memory.buffer, this.kernel.mask(), height * rowBytes).fill(0);
    for (let y = 0, pixel = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1, pixel += 1)
        if (data[pixel] !== 0) bits[y * rowBytes + (x >> 3)]! |= 1 << (x & 7);
    this.mask = mask;
    this.maskPixels = pixelsOf(mask);
  }
}

let loaded: Uint8Array<ArrayBuffer> | undefined;

/** The build puts it beside this file's JavaScript; while tests run from the sources it lies in dist. */
function program(): Uint8Array<ArrayBuffer> {
  const directory =
    extname(__filename) === '.js' ? __dirname : join(__dirname, '../../../../dist/lib/detection/engine');
  loaded ??= new Uint8Array(readFileSync(join(directory, 'wasm', 'count.wasm')));
  return loaded;
}
