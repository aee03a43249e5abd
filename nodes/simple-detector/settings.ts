import { SEED_SETTINGS, type SeedSettings } from '../lib/detection/rules';
import type { Size } from '../lib/detection/frame';
import { numberSetting } from '../lib/node-red/settings';

/** As the editor stores it: numbers may be strings, of `${ENV}` too. */
export interface Config {
  /** Id of a v2x-camera; without one, frames come from the wire. */
  camera: string;
  width: number | string;
  height: number | string;
  fps: number | string;
  redPercent: number | string;
  fireFrames: number | string;
  stillPercent: number | string;
  stillFrames: number | string;
}

export interface Settings {
  /** What frames of cameras and image files are scaled to. */
  readonly size: Size;
  /** Frames per second that are taken from a camera at most. */
  readonly fps: number;
  readonly rules: SeedSettings;
}

/** @throws V2xError `setting` naming the one that is out of range */
export function readSettings(config: Partial<Config>): Settings {
  const number = (name: keyof Config, fallback: number, min: number, max: number) =>
    numberSetting(name, config[name], { fallback, min, max });
  const whole = (...setting: Parameters<typeof number>) => Math.round(number(...setting));
  return {
    size: { width: whole('width', 640, 16, 3840), height: whole('height', 360, 16, 2160) },
    fps: number('fps', 10, 0.1, 60),
    rules: {
      redRatio: number('redPercent', SEED_SETTINGS.redRatio * 100, 0, 100) / 100,
      fireFrames: whole('fireFrames', SEED_SETTINGS.fireFrames, 1, 100_000),
      stillRatio: number('stillPercent', SEED_SETTINGS.stillRatio * 100, 0.001, 100) / 100,
      stillFrames: whole('stillFrames', SEED_SETTINGS.stillFrames, 1, 100_000),
    },
  };
}
