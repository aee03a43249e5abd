import { number } from '../lib/node-red/settings';

export const SETTINGS = {
  /** A fixed place; without it, and without msg.position, every alert matters. */
  lat: number({ min: -90, max: 90, unit: 'degrees' }),
  lon: number({ min: -180, max: 180, unit: 'degrees' }),
  /** Clockwise from north. */
  heading: number({ min: 0, max: 360, unit: 'degrees' }),
  /** Most alerts that are remembered. */
  size: number({ fallback: 1024, min: 1, max: 65_536, whole: true, unit: 'alerts' }),
};
