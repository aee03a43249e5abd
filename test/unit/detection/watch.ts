import type { Area } from '../../../nodes/lib/detection/areas';
import { newEngine } from '../../../nodes/lib/detection/engine/engines';
import { MaskOfAreas } from '../../../nodes/lib/detection/engine/mask';
import type { Frame } from '../../../nodes/lib/detection/frames/frame';
import { ROAD_SETTINGS } from '../../../nodes/lib/detection/rules/default-settings';
import { RoadRules } from '../../../nodes/lib/detection/rules/road/road-rules';
import { Viewer } from '../../../nodes/lib/detection/rules/view';
import { framesOf, STREET_FPS, type Scene } from './street';

/** An incident or a camera fault, and the second at which it was raised. */
export interface Found {
  readonly name: string;
  readonly at: number;
}

/** The default rules with their engine, fed frame by frame. */
export class Watch {
  readonly found: Found[] = [];
  frames = 0;
  private readonly engine = newEngine('builtin');
  private readonly viewer = new Viewer();
  private readonly mask: MaskOfAreas;
  private readonly rules: RoadRules;
  private fault: string | undefined;

  constructor(
    areas: readonly Area[] = [],
    private readonly fps = STREET_FPS,
  ) {
    this.mask = new MaskOfAreas(areas);
    this.rules = new RoadRules({ ...ROAD_SETTINGS, areas });
  }

  take(frame: Frame): void {
    const at = this.frames++ / this.fps;
    const counts = this.engine.count(frame, this.mask.for(frame));
    const { incidents, fault } = this.rules.judge({ time: at, counts, view: this.viewer.view(frame) });
    for (const { type } of incidents) this.found.push({ name: type, at });
    if (fault !== undefined && fault !== this.fault) this.found.push({ name: fault, at });
    this.fault = fault;
  }
}

/** What the default rules find in a scene. */
export function watchScene(scene: Scene, areas: readonly Area[] = []): Found[] {
  const watch = new Watch(areas, scene.fps);
  for (const frame of framesOf(scene)) watch.take(frame);
  return watch.found;
}

export const names = (found: readonly Found[]) => found.map(({ name }) => name);
