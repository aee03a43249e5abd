import type { Area, AreaKind, Point } from '../lib/detection/areas';
import { halfWay, type AreaDrawing } from './area-drawing';

type Translate = (key: string) => string;

const SVG = 'http://www.w3.org/2000/svg';
/** How far arrow keys move a corner, as a share of the picture; with shift. */
const STEP = 0.01;
const LARGE_STEP = 0.05;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The picture with the areas over it, for pointer and keyboard. */
export class AreaStage {
  readonly element = element('div', 'v2x-areas-stage');
  private readonly picture = element('img', 'v2x-areas-picture');
  private readonly shapes = document.createElementNS(SVG, 'svg');
  private readonly handles = element('div', 'v2x-areas-handles');
  /** The corner that follows the pointer. */
  private dragged: number | undefined;
  /** Whether the click to come only ends a drag. */
  private wasDragged = false;

  /** @param onChange called after each change */
  constructor(
    private readonly drawing: AreaDrawing,
    private readonly text: Translate,
    private readonly onChange: () => void,
  ) {
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', text('label.areas'));
    this.picture.hidden = true;
    this.picture.alt = '';
    this.shapes.setAttribute('viewBox', '0 0 1 1');
    this.shapes.setAttribute('preserveAspectRatio', 'none');
    this.element.append(this.picture, this.shapes, this.handles);
    this.listen();
  }

  /** Shows a picture below the areas, or the blank grid. */
  show(url: string | undefined): void {
    this.picture.hidden = url === undefined;
    if (url !== undefined) this.picture.src = url;
  }

  /** The shape of the frames that the detector judges. */
  setSize(width: number, height: number): void {
    this.element.style.aspectRatio = width > 0 && height > 0 ? `${width} / ${height}` : '16 / 9';
  }

  render(): void {
    const { areas, draft, selected, selectedArea } = this.drawing;
    this.element.classList.toggle('v2x-areas-drawing', draft !== undefined);
    this.shapes.replaceChildren(
      ...areas.map((area, index) => shape('polygon', area, { area: index, selected: index === selected })),
      ...(draft ? [shape('polyline', draft, { selected: true })] : []),
    );
    this.handles.replaceChildren(
      ...(selectedArea ? this.corners(selectedArea) : []),
      ...(draft ? draft.points.map((point) => place(element('span', 'v2x-areas-dot'), point)) : []),
    );
  }

  /** Puts the focus on a corner of the selected area. */
  focusCorner(index: number): void {
    this.handles.querySelector<HTMLElement>(`[data-corner="${index}"]`)?.focus();
  }

  private corners({ points }: Area): HTMLElement[] {
    return points.flatMap((point, index) => {
      const corner = element('button', 'v2x-areas-corner');
      corner.dataset.corner = String(index);
      corner.setAttribute('aria-label', `${this.text('areas.corner')} ${index + 1}`);
      const between = element('button', 'v2x-areas-between');
      between.dataset.after = String(index);
      between.tabIndex = -1;
      for (const button of [corner, between]) button.type = 'button';
      return [place(corner, point), place(between, halfWay(points, index))];
    });
  }

  private listen(): void {
    this.element.addEventListener('pointerdown', (event) => {
      this.grab(event);
    });
    this.element.addEventListener('pointermove', (event) => {
      if (this.dragged === undefined) return;
      this.drawing.move(this.dragged, this.pointAt(event));
      this.wasDragged = true;
      this.changed();
    });
    for (const end of ['pointerup', 'pointercancel'] as const)
      this.element.addEventListener(end, () => {
        if (this.dragged !== undefined) this.focusCorner(this.dragged);
        this.dragged = undefined;
      });
    this.element.addEventListener('click', (event) => {
      this.click(event);
    });
    this.element.addEventListener('keydown', (event) => {
      if (!this.key(event)) return;
      // The editor has keys of its own.
      event.preventDefault();
      event.stopPropagation();
      this.changed();
    });
  }

  private grab(event: PointerEvent): void {
    const { corner, after } = dataOf(event.target);
    this.wasDragged = false;
    if (event.button !== 0 || (corner === undefined && after === undefined)) return;
    this.dragged = after === undefined ? Number(corner) : this.drawing.insertAfter(Number(after));
    this.element.setPointerCapture(event.pointerId);
    if (after !== undefined) this.changed();
  }

  private click(event: MouseEvent): void {
    const { corner, after, area } = dataOf(event.target);
    const isOfHandle = corner !== undefined || after !== undefined || this.wasDragged;
    this.wasDragged = false;
    if (this.drawing.draft) this.draw(event);
    else if (isOfHandle) return;
    else this.drawing.select(area === undefined ? undefined : Number(area));
    this.changed();
  }

  /** A second click on the same place, or one on the first corner, closes the draft. */
  private draw(event: MouseEvent): void {
    const first = this.handles.querySelector('.v2x-areas-dot')?.getBoundingClientRect();
    const isOnFirst = first && isWithin(first, event);
    if (event.detail > 1 || isOnFirst) this.drawing.finish();
    else this.drawing.add(this.pointAt(event));
    this.element.focus();
  }

  /** @returns whether the key meant something */
  private key(event: KeyboardEvent): boolean {
    if (this.drawing.draft) return this.keyOfDraft(event.key);
    const { corner } = dataOf(event.target);
    if (corner !== undefined) return this.keyOfCorner(Number(corner), event);
    return this.keyOfArea(event.key);
  }

  private keyOfDraft(key: string): boolean {
    const actions: Readonly<Record<string, () => void>> = {
      Enter: () => {
        this.drawing.finish();
      },
      Escape: () => {
        this.drawing.cancel();
      },
      Backspace: () => {
        this.drawing.undo();
      },
    };
    if (!(key in actions)) return false;
    actions[key]();
    return true;
  }

  private keyOfCorner(index: number, { key, shiftKey }: KeyboardEvent): boolean {
    const arrow = ARROWS[key] as Point | undefined;
    const corner = this.drawing.selectedArea?.points[index];
    if (arrow && corner) {
      const step = shiftKey ? LARGE_STEP : STEP;
      this.drawing.move(index, [corner[0] + arrow[0] * step, corner[1] + arrow[1] * step]);
    } else if (key === 'Delete' || key === 'Backspace') this.drawing.removePoint(index);
    else if (key === 'Insert' || key === '+') this.drawing.insertAfter(index);
    else return this.keyOfArea(key);
    return true;
  }

  private keyOfArea(key: string): boolean {
    if (this.drawing.selected === undefined) return false;
    if (key === 'Delete' || key === 'Backspace') this.drawing.removeSelected();
    else if (key === 'Escape') this.drawing.select(undefined);
    else return false;
    return true;
  }

  /** Shows what changed; the elements are new, so the focus is put back where it was. */
  private changed(): void {
    const { corner } = dataOf(document.activeElement);
    this.onChange();
    if (corner !== undefined) this.focusCorner(Number(corner));
  }

  private pointAt({ clientX, clientY }: MouseEvent): Point {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }
}

function shape(
  name: 'polygon' | 'polyline',
  { kind, points }: Area,
  { area, selected }: { readonly area?: number; readonly selected: boolean },
): SVGElement {
  const drawn = document.createElementNS(SVG, name);
  drawn.setAttribute('points', points.map((point) => point.join(',')).join(' '));
  drawn.setAttribute('class', classOf(kind, selected));
  if (area !== undefined) drawn.dataset.area = String(area);
  return drawn;
}

function classOf(kind: AreaKind, selected: boolean): string {
  return `v2x-areas-${kind}${selected ? ' v2x-areas-selected' : ''}`;
}

function place<T extends HTMLElement>(target: T, [x, y]: Point): T {
  target.style.left = `${x * 100}%`;
  target.style.top = `${y * 100}%`;
  return target;
}

function isWithin({ left, right, top, bottom }: DOMRect, { clientX, clientY }: MouseEvent): boolean {
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}

function dataOf(target: EventTarget | null): DOMStringMap {
  return target instanceof HTMLElement || target instanceof SVGElement ? target.dataset : {};
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
