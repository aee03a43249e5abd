import { number } from '../lib/node-red/settings';

export const SETTINGS = {
  /** How far a sender's clock may run ahead. */
  skew: number({ fallback: 5, min: 0, max: 3600, unit: 'seconds' }),
};
