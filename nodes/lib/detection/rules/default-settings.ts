import type { RoadSettings } from './road/road-rules';
import type { SeedSettings } from './seed-rules';

// The editor's scripts import this file too: nothing here may need Node.js.

export const ROAD_SETTINGS: RoadSettings = {
  redRatio: 0.2,
  fireSeconds: 3,
  stillRatio: 0.005,
  stillSeconds: 9,
  cooldownSeconds: 60,
  evidenceFrames: 3,
  areas: [],
};

/** Those of detector_stub.py. */
export const SEED_SETTINGS: SeedSettings = {
  redRatio: 0.2,
  fireFrames: 10,
  stillRatio: 0.005,
  stillFrames: 90,
};
