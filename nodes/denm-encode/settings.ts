import { FRAMINGS, TRAFFIC_DIRECTIONS } from '../lib/denm/choices';
import { choice, number, text } from '../lib/node-red/settings';

export const SETTINGS = {
  framing: choice(...FRAMINGS),
  /** Where the unit is; an event without a place is taken to be there. */
  lat: number({ min: -90, max: 90, unit: 'degrees' }),
  lon: number({ min: -180, max: 180, unit: 'degrees' }),
  direction: choice(...TRAFFIC_DIRECTIONS),
  /** Which way traffic goes at the event, clockwise from north. */
  heading: number({ min: 0, max: 360, unit: 'degrees' }),
  /** TS 102 894-2, TransmissionInterval: 1 to 10,000 ms. */
  interval: number({ fallback: 1, min: 0.001, max: 10, unit: 'seconds' }),
  /** Event types whose cause differs from the one in their alerts: `fire=2/2`. */
  causes: text(''),
};
