import { choice, number, text } from '../lib/node-red/settings';

export const SETTINGS = {
  /** How incidents are reported in a country; the settings that are left empty follow it. */
  profile: choice('korea', 'us'),
  message: choice('profile', 'RSA', 'TIM'),
  /** Which way vehicles go that are to be warned: degrees or points of the compass. */
  directions: text(''),
  /** 0 lowest to 7 highest. */
  priority: number({ min: 0, max: 7, whole: true }),
  /** Provider service identifier: as many as P-encoding has in four octets (IEEE 1609.12). */
  psid: number({ min: 0, max: 270_549_119, whole: true }),
  /** ITIS codes by type of event, a line each, where they differ from the profile's. */
  codes: text(''),
  /** For how long an RSA says that an incident is over. */
  clearing: number({ fallback: 10, min: 1, max: 600, unit: 'seconds' }),
  /** National additions: `id:hex`. */
  regional: text(''),
};
