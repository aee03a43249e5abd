import { BYTES_PER_PIXEL, type Frame } from '../frames/frame';

/** A frame at a glance: what rules about places and the camera's health need to know besides the counts. */
export interface View {
  /** The frame averaged down to cells, see THUMBNAIL. */
  readonly thumbnail: Frame;
  /** Mean difference between neighbours in a row, in levels of 255: low when covered, out of focus or in fog. */
  readonly sharpness: number;
  /** Whether it equals the frame before bit for bit. */
  readonly identical: boolean;
}

/** Cells across and down: at 640 x 360 each is 8 x 8 pixels, a fraction of a car. */
const THUMBNAIL = { width: 80, height: 45 };
/** Rows used to measure sharpness: every fourth is as good as all. */
const ROW_STEP = 4;

/** Looks at the frames of a stream one after the other. */
export class Viewer {
  private before: Frame | undefined;

  view(frame: Frame): View {
    const { before } = this;
    this.before = frame;
    const sameSize = before?.width === frame.width && before.height === frame.height;
    return {
      thumbnail: thumbnailOf(frame),
      sharpness: sharpnessOf(frame),
      identical: sameSize && Buffer.compare(frame.data, before.data) === 0,
    };
  }
}

/** Averages a frame down to the size of THUMBNAIL; a smaller side stays as it is. */
function thumbnailOf(frame: Frame): Frame {
  const width = Math.min(THUMBNAIL.width, frame.width);
  const height = Math.min(THUMBNAIL.height, frame.height);
  const data = new Uint8Array(width * height * BYTES_PER_PIXEL);
  const edge = (cell: number, cells: number, pixels: number) => Math.floor((cell * pixels) / cells);
  for (let y = 0, to = 0; y < height; y += 1) {
    const rows = [edge(y, height, frame.height), edge(y + 1, height, frame.height)] as const;
    for (let x = 0; x < width; x += 1, to += BYTES_PER_PIXEL) {
      const columns = [edge(x, width, frame.width), edge(x + 1, width, frame.width)] as const;
      averageInto(data, to, frame, rows, columns);
    }
  }
  return { width, height, data };
}

function averageInto(
  target: Uint8Array,
  to: number,
  { width, data }: Frame,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): void {
  let blue = 0;
  let green = 0;
  let red = 0;
  for (let y = top; y < bottom; y += 1)
    for (let at = (y * width + left) * BYTES_PER_PIXEL, x = left; x < right; x += 1, at += BYTES_PER_PIXEL) {
      blue += data[at]!;
      green += data[at + 1]!;
      red += data[at + 2]!;
    }
  const pixels = (bottom - top) * (right - left);
  target[to] = blue / pixels;
  target[to + 1] = green / pixels;
  target[to + 2] = red / pixels;
}

/** Green stands for brightness here: it is most of it. */
function sharpnessOf({ width, height, data }: Frame): number {
  if (width < 2) return 0;
  let sum = 0;
  let rows = 0;
  for (let y = 0; y < height; y += ROW_STEP, rows += 1) {
    const first = y * width * BYTES_PER_PIXEL + 1;
    const last = first + (width - 1) * BYTES_PER_PIXEL;
    for (let at = first; at < last; at += BYTES_PER_PIXEL)
      sum += Math.abs(data[at + BYTES_PER_PIXEL]! - data[at]!);
  }
  return sum / (rows * (width - 1));
}
