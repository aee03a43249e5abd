import { choice, number, onOff, text } from '../lib/node-red/settings';

/** How far a clip may reach from T0, either way. */
const window = { fallback: 300, min: 0, max: 3600, unit: 'seconds', fromMessage: true } as const;

export const SETTINGS = {
  directory: text('archive'),
  pre: number(window),
  post: number(window),
  /** How many clips may be cut at a time. */
  parallel: number({ fallback: 1, min: 1, max: 8, whole: true, unit: 'clips' }),
  /** Begin and end on the very frame instead of at key frames. */
  exact: onOff(false),
  /** What a cancel does: `keep` leaves the clip, `drop` deletes it. */
  cancel: choice('keep', 'drop'),
};
