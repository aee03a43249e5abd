import {
  MAX_AREAS,
  MAX_POINTS,
  MIN_POINTS,
  type Area,
  type AreaKind,
  type Point,
} from '../lib/detection/areas';

/** What a draft without any corner becomes, so that areas can be made without a pointer. */
const MIDDLE: readonly Point[] = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.75, 0.75],
  [0.25, 0.75],
];

/** Areas that are being drawn: what the edit dialog does, without its elements. */
export class AreaDrawing {
  /** Whether anything was drawn, moved or deleted. */
  changed = false;
  /** Position of the area whose corners can be moved. */
  selected: number | undefined;
  /** The area that is not closed yet. */
  draft: Area | undefined;

  constructor(public areas: readonly Area[]) {}

  get selectedArea(): Area | undefined {
    return this.selected === undefined ? undefined : this.areas[this.selected];
  }

  get isFull(): boolean {
    return this.areas.length >= MAX_AREAS;
  }

  begin(kind: AreaKind): void {
    if (this.isFull) return;
    this.draft = { kind, points: [] };
    this.selected = undefined;
  }

  /** Adds a corner to the draft. */
  add(point: Point): void {
    if (!this.draft || this.draft.points.length >= MAX_POINTS) return;
    this.draft = { ...this.draft, points: [...this.draft.points, onPicture(point)] };
  }

  /** Takes the draft's last corner back. */
  undo(): void {
    if (this.draft) this.draft = { ...this.draft, points: this.draft.points.slice(0, -1) };
  }

  cancel(): void {
    this.draft = undefined;
  }

  /** Closes the draft, if it has corners enough; one without any becomes a rectangle in the middle. */
  finish(): void {
    if (!this.draft) return;
    const { kind, points } = this.draft;
    const corners = points.length === 0 ? MIDDLE : points;
    if (corners.length < MIN_POINTS) return;
    this.replace([...this.areas, { kind, points: corners }]);
    this.draft = undefined;
    this.selected = this.areas.length - 1;
  }

  select(index: number | undefined): void {
    this.selected = index;
  }

  /** Moves a corner of the selected area. */
  move(index: number, to: Point): void {
    this.edit((points) => points.map((point, at) => (at === index ? onPicture(to) : point)));
  }

  /** Adds a corner to the selected area, half way to the next. @returns its position */
  insertAfter(index: number): number {
    this.edit((points) => {
      if (points.length >= MAX_POINTS) return points;
      return [...points.slice(0, index + 1), halfWay(points, index), ...points.slice(index + 1)];
    });
    return index + 1;
  }

  /** Takes a corner of the selected area away; with less than a triangle left, the area. */
  removePoint(index: number): void {
    if ((this.selectedArea?.points.length ?? 0) <= MIN_POINTS) this.removeSelected();
    else this.edit((points) => points.filter((_, at) => at !== index));
  }

  removeSelected(): void {
    if (this.selected === undefined) return;
    this.replace(this.areas.filter((_, index) => index !== this.selected));
    this.selected = undefined;
  }

  private edit(change: (points: readonly Point[]) => readonly Point[]): void {
    const { selected } = this;
    this.replace(
      this.areas.map((area, index) => (index === selected ? { ...area, points: change(area.points) } : area)),
    );
  }

  private replace(areas: readonly Area[]): void {
    this.areas = areas;
    this.changed = true;
  }
}

/** The middle of the edge from a corner to the next. */
export function halfWay(points: readonly Point[], index: number): Point {
  const [x1, y1] = points.at(index) ?? [0, 0];
  const [x2, y2] = points.at((index + 1) % points.length) ?? [x1, y1];
  return onPicture([(x1 + x2) / 2, (y1 + y2) / 2]);
}

/** Four digits are finer than a pixel, and keep the flow readable. */
function onPicture([x, y]: Point): Point {
  const share = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
  return [share(x), share(y)];
}
