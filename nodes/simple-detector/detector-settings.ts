import { readAreas, type Area } from '../lib/detection/areas';
import { rasterise } from '../lib/detection/engine/mask';
import { findOpenCv } from '../lib/detection/engine/opencv';
import type { Size } from '../lib/detection/frames/frame';
import type { RuleSettings } from '../lib/detection/rules/rule-sets';
import type { WorkerSettings } from '../lib/detection/worker/protocol';
import { V2xError } from '../lib/errors';
import { readSettings, type SettingValues } from '../lib/node-red/settings';
import { SETTINGS } from './settings';

/** As the editor stores it: numbers may be strings, of `${ENV}` too. */
export interface Config extends Record<keyof typeof SETTINGS, unknown> {
  /** Id of a v2x-camera; without one, frames come from the wire. */
  camera: string;
  /** What is looked at, see `readAreas`; all of the picture when there are none. */
  areas: readonly Area[] | string;
}

export interface DetectorSettings {
  /** What frames of cameras and image files are scaled to. */
  readonly size: Size;
  /** Frames per second that are taken from a camera at most. */
  readonly fps: number;
  readonly worker: WorkerSettings;
  /** Whether events bring their frame. */
  readonly withFrame: boolean;
}

/** @throws V2xError `setting` naming the one that cannot be, `engine` when the chosen one is not installed */
export function detectorSettings(config: Partial<Config>): DetectorSettings {
  const settings = readSettings(SETTINGS, config);
  const { width, height, fps, engine, frame } = settings;
  const size = { width, height };
  const areas = areasSetting(config.areas, size);
  if (engine === 'opencv') findOpenCv();
  return { size, fps, worker: { engine, areas, rules: rulesOf(settings, areas) }, withFrame: frame };
}

function areasSetting(value: unknown, size: Size): Area[] {
  const areas = readAreas(value);
  if (rasterise(areas, size)?.data.every((byte) => byte === 0))
    throw new V2xError(
      'setting',
      'The setting "areas" ignores the whole picture, so nothing is left to watch',
    );
  return areas;
}

function rulesOf(settings: SettingValues<typeof SETTINGS>, areas: readonly Area[]): RuleSettings {
  const { mode, redPercent, stillPercent } = settings;
  const ratios = { redRatio: redPercent / 100, stillRatio: stillPercent / 100 };
  if (mode === 'seed') {
    const { fireFrames, stillFrames } = settings;
    return { mode, ...ratios, fireFrames, stillFrames };
  }
  const { fireSeconds, stillSeconds, cooldownSeconds, evidenceFrames } = settings;
  return { mode, ...ratios, fireSeconds, stillSeconds, cooldownSeconds, evidenceFrames, areas };
}
