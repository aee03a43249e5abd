// The editor's scripts import this file too: nothing here may need Node.js.

/** RoadSideAlert or TravelerInformation. */
export type MessageKind = 'RSA' | 'TIM';

export interface Profile {
  /** What incident detectors send there. */
  readonly message: MessageKind;
  /** Provider service identifiers (IEEE 1609.12), as numbers. */
  readonly psid: Readonly<Record<MessageKind, number>>;
  /** 0 lowest to 7 highest. */
  readonly priority: number;
  /** ITIS codes of each type of event (SAE J2540-2), as `parseCodes` reads them. */
  readonly codes: string;
}

/** How incidents are reported by country. */
export const PROFILES = {
  /**
   * SAE J2735 2016-03 with the PSIDs of Korea's C-ITS. An overturned vehicle is an accident first: its own code is not in
   * the Korean list, so that a vehicle that knows only that list still warns.
   */
  korea: {
    message: 'RSA',
    psid: { RSA: 82_053, TIM: 82_054 },
    priority: 7,
    codes: [
      'collision: 513 / 638',
      'fire: 540 / 639',
      'rollover: 513 554 / 638',
      'blockage: 769 1281 / 1407',
      'unknown: 513 / 639',
      'stopped-vehicle: 534 / 639',
      'wrong-way: 1793 / 1918',
      'pedestrian: 1286 / 1407',
      'queue: 258 / 639',
      'obstacle: 1281 / 1407',
    ].join('\n'),
  },
  us: {
    message: 'TIM',
    psid: { RSA: 131, TIM: 131 },
    priority: 7,
    codes: [
      'collision: 513 / 638',
      'fire: 540 / 639',
      'rollover: 554 513 / 638',
      'blockage: 1281 769 / 1407',
      'unknown: 531 / 639',
      'stopped-vehicle: 532 / 639',
      'wrong-way: 1793 / 1918',
      'pedestrian: 1286 / 1407',
      'queue: 258 / 639',
      'obstacle: 1281 / 1407',
    ].join('\n'),
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
