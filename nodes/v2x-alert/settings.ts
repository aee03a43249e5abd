import { DEFAULT_VALIDITY_SECONDS, LONGEST_VALIDITY_SECONDS } from '../lib/alert/validity';
import { number } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Station id: 32 bits (ETSI TS 102 894-2, StationID). */
  station: number({ fallback: 1001, min: 0, max: 2 ** 32 - 1, whole: true }),
  /** How long a warning stands, counted from detection. */
  validity: number({
    fallback: DEFAULT_VALIDITY_SECONDS,
    min: 1,
    max: LONGEST_VALIDITY_SECONDS,
    unit: 'seconds',
  }),
};
