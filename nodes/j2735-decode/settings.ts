import { choice, number, text } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Whose ITIS codes mean which type of event. */
  profile: choice('korea', 'us'),
  /** ITIS codes by type of event, a line each, where they differ from the profile's. */
  codes: text(''),
  /** How long a message stands after it was heard that names no end, as an RSA. */
  hold: number({ fallback: 10, min: 1, max: 3600, unit: 'seconds' }),
};
