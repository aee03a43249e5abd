import { number, onOff } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Time between repetitions once the first few are out: about once a second (EN 302 637-3, DENM repetition). */
  interval: number({ fallback: 1, min: 0.05, max: 60, unit: 'seconds' }),
  /** For how long a warning is repeated; 0 sends it once, and without it the repetition ends with the validity. */
  duration: number({ min: 0, max: 86_400, unit: 'seconds' }),
  /** The most copies of all alerts together in any second, on each interface: 100 standing alerts take about 100. */
  perSecond: number({ fallback: 200, min: 1, max: 10_000, unit: 'perSecond' }),
  /** Whether repetitions are reported too, not only first copies. */
  reportRepetitions: onOff(false),
};
