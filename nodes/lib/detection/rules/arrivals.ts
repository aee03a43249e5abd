import { BYTES_PER_PIXEL, type Frame } from '../frames/frame';
import { CHANGE } from './background';
import { countOf, piecesOf, tilesOf, type Cell } from './cells';

/** A picture of the scene, and where it differed from the road as it usually looks. */
interface Snapshot {
  readonly thumbnail: Frame;
  readonly changed: Uint8Array;
}

/** Pictures kept: at the shortest spacing, 6 s of traffic. What stood for longer while traffic passed is forgotten. */
const SNAPSHOTS = 30;
/** Shortest time between two of them, in seconds. */
const SPACING = 0.2;
/** Share of the watched cells that must have changed since the last one: a still road adds nothing, however long it lasts. */
const NEWS = 0.005;
/** Cells this close belong to one thing: windows and grey paint look like the road in places. */
const REACH = 2;
/** Larger things, in cells, are looked for in parts: vehicles in a queue touch and move by different ways. */
const LARGEST = 20;
/** Smaller things are noise. */
const SMALLEST_CELLS = 4;
/** Share of a thing's cells that must be found where it came from. */
const FOUND = 0.6;
/** Share of a thing's cells that already looked as now when it stood there already. */
const PRESENT = 0.5;
/** Share of a thing that must lie inside the picture where it is looked for. */
const INSIDE = 0.5;
/** Colours are the same when they differ by less than this share of what sets the thing apart from the road. */
const LIKENESS = 0.4;
/** A thing is looked for up to this many of its lengths away: it moved less between two snapshots. */
const SEARCH_LENGTHS = 2;
/** Steps of the search, and cells compared at each, for a thing of any size: it takes some ms. */
const SEARCH_STEPS = 32;
const COMPARED_CELLS = 64;

/**
 * Tells things that drove in from things that merely appeared, such as the light of a street lamp: what drove in was
 * seen shortly before at another place, which it has left. It is found there by block matching, as video encoders do.
 */
export class Arrivals {
  private readonly snapshots: Snapshot[] = [];
  private sinceLatest = Infinity;
  private readonly news: number;

  /** @param watched 1 for each cell that is looked at */
  constructor(private readonly watched: Uint8Array) {
    this.news = NEWS * countOf(watched);
  }

  /** Takes in the next picture. @param seconds since the one before */
  watch(thumbnail: Frame, changed: Uint8Array, seconds: number): void {
    this.sinceLatest += seconds;
    if (this.sinceLatest < SPACING) return;
    const latest = this.snapshots.at(-1);
    if (latest && !this.isNews(thumbnail, latest.thumbnail)) return;
    this.sinceLatest = 0;
    this.snapshots.push({ thumbnail, changed });
    if (this.snapshots.length > SNAPSHOTS) this.snapshots.shift();
  }

  private isNews({ data }: Frame, before: Frame): boolean {
    let changed = 0;
    for (let cell = 0; cell < this.watched.length && changed < this.news; cell += 1) {
      const at = cell * BYTES_PER_PIXEL;
      if (this.watched[cell] === 1 && distance(data, at, before.data, at) > CHANGE) changed += 1;
    }
    return changed >= this.news;
  }

  /**
   * How many cells belong to things that drove in.
   * @param standing cells in which something stands
   * @param now the picture it stands in
   * @param road the levels of the road without it
   */
  arrivedCells(standing: Uint8Array, now: Frame, road: Float32Array): number {
    const things = piecesOf(standing, now, REACH).flatMap((piece) => tilesOf(piece, LARGEST));
    return things
      .filter((thing) => thing.length >= SMALLEST_CELLS)
      .map((cells) => new Thing(cells, standing, now, road))
      .filter((thing) => this.snapshots.some((before) => thing.cameFrom(before)))
      .reduce((sum, { cells }) => sum + cells.length, 0);
  }
}

/** Something that stands in the picture. */
class Thing {
  private readonly compared: readonly (Cell & { readonly at: number; readonly tolerance: number })[];
  private readonly width: number;
  private readonly height: number;

  constructor(
    readonly cells: readonly Cell[],
    private readonly standing: Uint8Array,
    private readonly now: Frame,
    road: Float32Array,
  ) {
    const stride = Math.ceil(cells.length / COMPARED_CELLS);
    this.compared = cells
      .filter((_, index) => index % stride === 0)
      .map(({ x, y }) => {
        const at = (y * now.width + x) * BYTES_PER_PIXEL;
        return { x, y, at, tolerance: Math.max(CHANGE, LIKENESS * distance(now.data, at, road, at)) };
      });
    this.width = extent(cells.map(({ x }) => x));
    this.height = extent(cells.map(({ y }) => y));
  }

  /** Whether an earlier picture shows it elsewhere, at a place that it has left since. */
  cameFrom(before: Snapshot): boolean {
    if (this.stoodIn(before)) return false;
    const far = SEARCH_LENGTHS * Math.max(this.width, this.height);
    const step = Math.ceil((2 * far) / SEARCH_STEPS / 2);
    for (let dy = -far; dy <= far; dy += step)
      for (let dx = -far; dx <= far; dx += step) if (this.wasAt(before, dx, dy)) return true;
    return false;
  }

  private stoodIn({ thumbnail }: Snapshot): boolean {
    const same = this.compared.filter(
      ({ at, tolerance }) => distance(this.now.data, at, thumbnail.data, at) <= tolerance,
    );
    return same.length >= PRESENT * this.compared.length;
  }

  private wasAt({ thumbnail, changed }: Snapshot, dx: number, dy: number): boolean {
    const { width, height, data } = this.now;
    let inside = 0;
    let found = 0;
    for (const { x, y, at, tolerance } of this.compared) {
      const [column, row] = [x + dx, y + dy];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      inside += 1;
      const cell = row * width + column;
      const left = changed[cell] === 1 && this.standing[cell] === 0;
      if (left && distance(data, at, thumbnail.data, cell * BYTES_PER_PIXEL) <= tolerance) found += 1;
    }
    return inside >= INSIDE * this.compared.length && found >= FOUND * inside;
  }
}

function extent(places: readonly number[]): number {
  return Math.max(...places) - Math.min(...places) + 1;
}

/** By how much two colours differ: the largest difference of blue, green and red. */
function distance(one: ArrayLike<number>, at: number, other: ArrayLike<number>, there: number): number {
  return Math.max(
    Math.abs(one[at] - other[there]),
    Math.abs(one[at + 1] - other[there + 1]),
    Math.abs(one[at + 2] - other[there + 2]),
  );
}
