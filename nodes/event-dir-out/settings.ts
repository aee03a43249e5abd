import { text } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Relative to the data root, or absolute. */
  directory: text('events'),
};
