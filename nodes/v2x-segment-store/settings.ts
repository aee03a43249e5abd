import { number, text, type SettingValues } from '../lib/node-red/settings';
import type { Retention } from '../lib/recording/ring/retention';

export const SETTINGS = {
  /** Relative to the data root, or absolute. */
  directory: text('rec'),
  segmentSeconds: number({ fallback: 10, min: 1, max: 600, unit: 'seconds' }),
  retentionHours: number({ fallback: 1, min: 0, max: 24 * 3650, unit: 'hours' }),
  /** 0 for no limit. */
  maxGigabytes: number({ fallback: 0, min: 0, max: 1e6, unit: 'gigabytes' }),
  minFreeGigabytes: number({ fallback: 1, min: 0, max: 1e6, unit: 'gigabytes' }),
};

const GIGABYTE = 1e9;

/** The ring's limits, from the settings' hours and gigabytes. */
export function retentionOf({
  retentionHours,
  maxGigabytes,
  minFreeGigabytes,
}: Pick<SettingValues<typeof SETTINGS>, 'retentionHours' | 'maxGigabytes' | 'minFreeGigabytes'>): Retention {
  return {
    maxAge: retentionHours * 3600,
    maxBytes: maxGigabytes * GIGABYTE,
    minFreeBytes: minFreeGigabytes * GIGABYTE,
  };
}
