import type { SettingValues } from '../lib/node-red/settings';
import type { Retention } from '../lib/recording/ring/retention';
import type { SETTINGS } from './settings';

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
