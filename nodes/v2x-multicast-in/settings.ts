import { number } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Time between renewals of the memberships. */
  rejoin: number({ fallback: 60, min: 1, max: 3600, unit: 'seconds' }),
  /** Larger datagrams are dropped; 65,507 is the most that UDP over IPv4 carries. */
  limit: number({ fallback: 1400, min: 1, max: 65_507, whole: true, unit: 'bytes' }),
};
