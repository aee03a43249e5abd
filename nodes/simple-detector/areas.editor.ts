import { readAreas, type Area, type AreaKind } from '../lib/detection/areas';
import { AreaDrawing } from './area-drawing';
import { AreaStage } from './area-stage.editor';
import { cameraPicture, type CameraNode } from './camera-picture.editor';

type Translate = (key: string) => string;

/** Whether a setting holds areas that the runtime takes. */
export function areasAreValid(value: unknown): boolean {
  try {
    readAreas(value);
    return true;
  } catch {
    return false;
  }
}

/** The part of the dialog where areas are drawn on a picture of the camera. */
export class AreasField {
  private readonly drawing: AreaDrawing;
  private readonly stage: AreaStage;
  private readonly hint = document.createElement('div');
  private readonly list = document.createElement('span');
  private readonly remove: HTMLButtonElement;
  private readonly add: readonly HTMLButtonElement[];
  private asking = new AbortController();
  private url: string | undefined;
  /** Id of the camera whose picture is shown or asked for. */
  private shown: string | undefined;
  /** Why the stored areas cannot be read. */
  private unreadable = '';
  /** Why there is no picture. */
  private trouble = '';

  /**
   * @param root the element that holds it
   * @param value what is stored; what cannot be read stays until something is drawn
   * @param text gives a text of the node's catalogue
   */
  constructor(
    root: HTMLElement,
    value: unknown,
    private readonly text: Translate,
  ) {
    this.drawing = new AreaDrawing(this.stored(value));
    this.stage = new AreaStage(this.drawing, text, () => {
      this.render();
    });
    this.add = (['watch', 'ignore'] as const).map((kind) => this.addButton(kind));
    this.remove = this.button('fa-trash', 'areas.remove', () => {
      this.drawing.removeSelected();
    });
    const tools = document.createElement('div');
    tools.className = 'v2x-areas-tools';
    tools.append(...this.add, this.remove, this.list);
    this.hint.className = 'v2x-areas-hint';
    this.hint.setAttribute('role', 'status');
    root.replaceChildren(tools, this.stage.element, this.hint);
    this.render();
  }

  /** The value to store; undefined if nothing was changed. A draft with enough corners counts. */
  get value(): readonly Area[] | undefined {
    if (this.drawing.draft && this.drawing.draft.points.length > 0) this.drawing.finish();
    return this.drawing.changed ? this.drawing.areas : undefined;
  }

  setSize(width: number, height: number): void {
    this.stage.setSize(width, height);
  }

  /** Shows a picture of a camera, or a blank grid without one. */
  async showCamera(camera: CameraNode | undefined, again: boolean): Promise<void> {
    // The editor reports a choice more than once.
    if (camera?.id === this.shown && !again) return;
    this.forgetPicture();
    this.shown = camera?.id;
    if (!camera) return;
    const { signal } = (this.asking = new AbortController());
    this.tell(this.text('areas.asking'));
    try {
      const url = await cameraPicture(camera);
      if (signal.aborted) URL.revokeObjectURL(url);
      else this.stage.show((this.url = url));
      this.tell('');
    } catch (error) {
      if (!signal.aborted) this.tell(`${this.text('areas.noPicture')} ${(error as Error).message}`.trim());
    }
  }

  /** Ends what is under way when the dialog closes. */
  close(): void {
    this.forgetPicture();
  }

  private stored(value: unknown): readonly Area[] {
    // Only the runtime knows what the variable holds.
    if (typeof value === 'string' && value.startsWith('${')) return [];
    try {
      return readAreas(value);
    } catch (error) {
      this.unreadable = `${(error as Error).message}.`;
      return [];
    }
  }

  private forgetPicture(): void {
    this.asking.abort();
    this.tell('');
    this.stage.show(undefined);
    if (this.url !== undefined) URL.revokeObjectURL(this.url);
    this.url = undefined;
  }

  private tell(trouble: string): void {
    this.trouble = trouble;
    this.render();
  }

  private render(): void {
    const { draft, selected, isFull } = this.drawing;
    this.stage.render();
    this.list.replaceChildren(...this.drawing.areas.map(({ kind }, index) => this.areaButton(kind, index)));
    this.remove.disabled = selected === undefined;
    for (const button of this.add) button.disabled = isFull;
    const [hint] = [draft && 'areas.draw', selected !== undefined && 'areas.edit', 'areas.none'].filter(
      (key): key is string => typeof key === 'string',
    );
    const unreadable = this.drawing.changed ? '' : this.unreadable;
    this.hint.textContent = [unreadable, this.trouble, this.text(hint)]
      .filter((part) => part !== '')
      .join(' ');
  }

  private addButton(kind: AreaKind): HTMLButtonElement {
    const button = this.button('fa-plus', `areas.${kind}`, () => {
      this.drawing.begin(kind);
      this.stage.element.focus();
    });
    button.dataset.kind = kind;
    return button;
  }

  /** One for each area, so that it can be chosen without a pointer. */
  private areaButton(kind: AreaKind, index: number): HTMLButtonElement {
    const button = this.button('', `areas.${kind}`, () => {
      this.drawing.cancel();
      this.drawing.select(index);
      this.render();
      this.stage.focusCorner(0);
    });
    button.append(` ${index + 1}`);
    button.setAttribute('aria-pressed', String(index === this.drawing.selected));
    button.classList.toggle('selected', index === this.drawing.selected);
    return button;
  }

  private button(icon: string, key: string, action: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'red-ui-button red-ui-button-small';
    if (icon !== '') {
      const symbol = document.createElement('i');
      symbol.className = `fa ${icon}`;
      button.append(symbol, ' ');
    }
    button.append(this.text(key));
    button.addEventListener('click', () => {
      action();
      this.render();
    });
    return button;
  }
}
