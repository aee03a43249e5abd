import { BYTES_PER_PIXEL, type Frame } from '../../frames/frame';
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

/** Pictures through which a thing must be followed back: 0.8 s at their shortest spacing. */
const LINKS = 4;
/** Overlap of a thing with itself in the picture before, as intersection over union. */
const OVERLAP = 0.3;
/** Share of a thing's earlier outline that it has left since. */
const LEFT = 0.5;
/** Mean colours are the same when they differ by less than this, in levels, or by LIKENESS. */
const MEAN_CHANGE = 8;

/**
 * Tells things that drove in from things that merely appeared, such as the light of a street lamp: what drove in was
 * seen shortly before at another place, which it has left. Driving across the view it keeps its size, and is found
 * there by block matching, as video encoders do. Driving along the view it grows or shrinks, but slowly enough to be
 * followed back from picture to picture by the overlap of its outlines (E. Bochinski, V. Eiselein, T. Sikora:
 * High-speed tracking-by-detection without using image information, 2017).
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
    const thingsOf = (pieces: readonly Cell[][]) =>
      pieces
        .filter((piece) => piece.length >= SMALLEST_CELLS)
        .map((cells) => new Thing(cells, standing, now, road));
    const things = thingsOf(piecesOf(standing, now, REACH)).flatMap((thing) =>
      this.leadsTo(thing, standing, road) ? [thing] : this.matched(thingsOf(tilesOf(thing.cells, LARGEST))),
    );
    return things.reduce((sum, { cells }) => sum + cells.length, 0);
  }

  /** Those of the things that block matching finds elsewhere. */
  private matched(things: readonly Thing[]): Thing[] {
    return things.filter((thing) => this.snapshots.some((before) => thing.cameFrom(before)));
  }

  /** Whether a thing can be followed back from where it stands to a place that it has left since. */
  private leadsTo(thing: Thing, standing: Uint8Array, road: Float32Array): boolean {
    let latest = thing.outline;
    let links = 0;
    for (const snapshot of [...this.snapshots].reverse()) {
      const { thumbnail, changed } = snapshot;
      const before = piecesOf(changed, thumbnail, REACH)
        .map((piece) => new Outline(piece, thumbnail, road))
        .find((candidate) => candidate.overlap(latest) >= OVERLAP && candidate.isLike(latest));
      if (!before) continue;
      latest = before;
      if (thing.stoodIn(snapshot)) continue;
      links += 1;
      const left = before.shareLeft(standing) >= LEFT;
      // It must lead to where the thing stands, not past it.
      if (left && links === 1) return false;
      if (left && links >= LINKS) return true;
    }
    return false;
  }
}

/** A connected piece of what differs from the road. */
class Outline {
  private readonly places: ReadonlySet<number>;
  /** By how much it differs in the mean, colour by colour. */
  private readonly difference: readonly number[];

  constructor(
    readonly cells: readonly Cell[],
    { width, data }: Frame,
    road: Float32Array,
  ) {
    const places = cells.map(({ x, y }) => y * width + x);
    this.places = new Set(places);
    this.difference = [0, 1, 2].map((colour) => {
      const levels = places.map(
        (place) => data[place * BYTES_PER_PIXEL + colour]! - road[place * BYTES_PER_PIXEL + colour]!,
      );
      return levels.reduce((sum, level) => sum + level, 0) / levels.length;
    });
  }

  /** Intersection over union. */
  overlap({ places }: Outline): number {
    const both = [...this.places].filter((place) => places.has(place)).length;
    return both / (this.places.size + places.size - both);
  }

  isLike({ difference }: Outline): boolean {
    const tolerance = Math.max(MEAN_CHANGE, LIKENESS * Math.max(...difference.map(Math.abs)));
    return distance(this.difference, 0, difference, 0) <= tolerance;
  }

  /** Share of it where nothing stands now. */
  shareLeft(standing: Uint8Array): number {
    return [...this.places].filter((place) => standing[place] === 0).length / this.places.size;
  }
}

/** Something that stands in the picture. */
class Thing {
  readonly outline: Outline;
  private readonly compared: readonly (Cell & { readonly at: number; readonly tolerance: number })[];
  private readonly width: number;
  private readonly height: number;

  constructor(
    readonly cells: readonly Cell[],
    private readonly standing: Uint8Array,
    private readonly now: Frame,
    road: Float32Array,
  ) {
    this.outline = new Outline(cells, now, road);
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

  /** Whether it stood there already. */
  stoodIn({ thumbnail }: Snapshot): boolean {
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
    Math.abs(one[at]! - other[there]!),
    Math.abs(one[at + 1]! - other[there + 1]!),
    Math.abs(one[at + 2]! - other[there + 2]!),
  );
}
