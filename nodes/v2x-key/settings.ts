import { ALGORITHMS } from '../lib/alert/trust/algorithms';
import { choice, text } from '../lib/node-red/settings';

export const SETTINGS = {
  /** `kid` in the header of every token. */
  keyId: text('rsu'),
  algorithm: choice(...ALGORITHMS),
  /** Name of the environment variable that holds the secret when none is entered. */
  secretEnv: text('V2X_KEY'),
};
