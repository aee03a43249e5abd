import { choice, number, text } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Relative to the data root, or absolute. */
  directory: text('events'),
  /** What becomes of a file whose event was passed on. */
  after: choice('done', 'delete', 'leave'),
  /** How long a file may stay incomplete. */
  incomplete: number({ fallback: 5, min: 0.1, max: 3600, unit: 'seconds' }),
  /** An event older than this at the start is not broadcast any more. */
  stale: number({ fallback: 600, min: 0, max: 1e9, unit: 'seconds' }),
};
