import { ROAD_SETTINGS, SEED_SETTINGS } from '../lib/detection/rules/default-settings';
import { choice, number, onOff } from '../lib/node-red/settings';

const frames = { min: 1, whole: true, unit: 'frames' } as const;

export const SETTINGS = {
  /** What frames of cameras and image files are scaled to. */
  width: number({ fallback: 640, min: 16, max: 3840, whole: true, unit: 'pixels' }),
  height: number({ fallback: 360, min: 16, max: 2160, whole: true, unit: 'pixels' }),
  /** The most frames that are taken from a camera. */
  fps: number({ fallback: 10, min: 0.1, max: 60, unit: 'perSecond' }),
  /** What counts the pixels, with the same result. */
  engine: choice('builtin', 'opencv'),
  /** `road`: quiet where nothing happened; `seed`: detector_stub.py frame for frame. */
  mode: choice('road', 'seed'),
  redPercent: number({ fallback: ROAD_SETTINGS.redRatio * 100, min: 0, max: 100, unit: 'percent' }),
  stillPercent: number({ fallback: ROAD_SETTINGS.stillRatio * 100, min: 0.001, max: 100, unit: 'percent' }),
  // Of mode `road`.
  fireSeconds: number({ fallback: ROAD_SETTINGS.fireSeconds, min: 0, max: 3600, unit: 'seconds' }),
  stillSeconds: number({ fallback: ROAD_SETTINGS.stillSeconds, min: 0.1, max: 86_400, unit: 'seconds' }),
  cooldownSeconds: number({ fallback: ROAD_SETTINGS.cooldownSeconds, min: 0, max: 86_400, unit: 'seconds' }),
  evidenceFrames: number({ ...frames, fallback: ROAD_SETTINGS.evidenceFrames, max: 1000 }),
  // Of mode `seed`.
  fireFrames: number({ ...frames, fallback: SEED_SETTINGS.fireFrames, max: 100_000 }),
  stillFrames: number({ ...frames, fallback: SEED_SETTINGS.stillFrames, max: 100_000 }),
  /** Whether an event brings its frame as JPEG in `msg.frame`. */
  frame: onOff(false),
};
