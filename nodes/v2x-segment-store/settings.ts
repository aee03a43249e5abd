import { number, text } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Relative to the data root, or absolute. */
  directory: text('rec'),
  segmentSeconds: number({ fallback: 10, min: 1, max: 600, unit: 'seconds' }),
  retentionHours: number({ fallback: 1, min: 0, max: 24 * 3650, unit: 'hours' }),
  /** 0 for no limit. */
  maxGigabytes: number({ fallback: 0, min: 0, max: 1e6, unit: 'gigabytes' }),
  minFreeGigabytes: number({ fallback: 1, min: 0, max: 1e6, unit: 'gigabytes' }),
};
