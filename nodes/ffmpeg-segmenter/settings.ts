import { onOff } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Whether it records as soon as it is deployed. */
  autostart: onOff(true),
};
