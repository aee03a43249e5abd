import { readAreas, type Area } from '../lib/detection/areas';
import { isEngineChoice } from '../lib/detection/engine/engines';
import type { Size } from '../lib/detection/frames/frame';
import type { WorkerSettings } from '../lib/detection/worker/protocol';
import { rasterise } from '../lib/detection/engine/mask';
import { findOpenCv } from '../lib/detection/engine/opencv';
import { ROAD_SETTINGS } from '../lib/detection/rules/road-rules';
import type { RuleSettings } from '../lib/detection/rules/rule-sets';
import { SEED_SETTINGS } from '../lib/detection/rules/seed-rules';
import { V2xError } from '../lib/errors';
import { booleanSetting, numberSetting } from '../lib/node-red/settings';

/** As the editor stores it: numbers may be strings, of `${ENV}` too. */
export interface Config {
  /** Id of a v2x-camera; without one, frames come from the wire. */
  camera: string;
  width: number | string;
  height: number | string;
  fps: number | string;
  /** What counts the pixels: `builtin` or `opencv`, with the same result. */
  engine: string;
  /** `road`: quiet where nothing happened; `seed`: detector_stub.py frame for frame. */
  mode: 'road' | 'seed';
  redPercent: number | string;
  stillPercent: number | string;
  /** Of mode `road`. */
  fireSeconds: number | string;
  stillSeconds: number | string;
  cooldownSeconds: number | string;
  evidenceFrames: number | string;
  /** Of mode `seed`. */
  fireFrames: number | string;
  stillFrames: number | string;
  /** What is looked at, see `readAreas`; all of the picture when there are none. */
  areas: readonly Area[] | string;
  /** Whether an event brings its frame as JPEG in `msg.frame`. */
  frame: boolean | string;
}

export interface Settings {
  /** What frames of cameras and image files are scaled to. */
  readonly size: Size;
  /** Frames per second that are taken from a camera at most. */
  readonly fps: number;
  readonly worker: WorkerSettings;
  /** Whether events bring their frame. */
  readonly withFrame: boolean;
}

type Reader = (name: keyof Config, fallback: number, min: number, max: number) => number;

/** @throws V2xError `setting` naming the one that is out of range, `engine` when the chosen one is not installed */
export function readSettings(config: Partial<Config>): Settings {
  const number: Reader = (name, fallback, min, max) =>
    numberSetting(name, config[name], { fallback, min, max });
  const whole: Reader = (...setting) => Math.round(number(...setting));
  const size = { width: whole('width', 640, 16, 3840), height: whole('height', 360, 16, 2160) };
  const areas = areasSetting(config.areas, size);
  return {
    size,
    fps: number('fps', 10, 0.1, 60),
    worker: {
      engine: engineOf(config.engine || 'builtin'),
      areas,
      rules: rulesOf(config.mode ?? 'road', areas, { number, whole }),
    },
    withFrame: booleanSetting(config.frame, false),
  };
}

function engineOf(engine: string): WorkerSettings['engine'] {
  if (!isEngineChoice(engine)) {
    throw new V2xError(
      'setting',
      `The setting "engine" is ${JSON.stringify(engine)}; it must be "builtin" or "opencv"`,
    );
  }
  if (engine === 'opencv') findOpenCv();
  return engine;
}

function areasSetting(value: unknown, size: Size): Area[] {
  const areas = readAreas(value);
  if (rasterise(areas, size)?.data.every((byte) => byte === 0))
    throw new V2xError('setting', 'The setting "areas" ignores all of the picture: nothing is left to watch');
  return areas;
}

interface Readers {
  readonly number: Reader;
  readonly whole: Reader;
}

function rulesOf(mode: string, areas: readonly Area[], { number, whole }: Readers): RuleSettings {
  const ratios = {
    redRatio: number('redPercent', ROAD_SETTINGS.redRatio * 100, 0, 100) / 100,
    stillRatio: number('stillPercent', ROAD_SETTINGS.stillRatio * 100, 0.001, 100) / 100,
  };
  const road = {
    ...ratios,
    fireSeconds: number('fireSeconds', ROAD_SETTINGS.fireSeconds, 0, 3600),
    stillSeconds: number('stillSeconds', ROAD_SETTINGS.stillSeconds, 0.1, 86_400),
    cooldownSeconds: number('cooldownSeconds', ROAD_SETTINGS.cooldownSeconds, 0, 86_400),
    evidenceFrames: whole('evidenceFrames', ROAD_SETTINGS.evidenceFrames, 1, 1000),
    areas,
  };
  const seed = {
    ...ratios,
    fireFrames: whole('fireFrames', SEED_SETTINGS.fireFrames, 1, 100_000),
    stillFrames: whole('stillFrames', SEED_SETTINGS.stillFrames, 1, 100_000),
  };
  if (mode === 'road') return { mode, ...road };
  if (mode === 'seed') return { mode, ...seed };
  throw new V2xError('setting', `The setting "mode" is ${JSON.stringify(mode)}; it must be "road" or "seed"`);
}
