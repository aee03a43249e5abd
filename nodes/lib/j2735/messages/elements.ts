import {
  bitString,
  enumerated,
  integer,
  octetString,
  open,
  optional,
  sequence,
  sequenceOf,
  type ValueOf,
} from '../../per/types';

// Data frames and elements that several messages share, by the names of SAE J2735 (clauses 6 and 7). Sizes and ranges are
// those of the 2016-03 issue, which the later ones kept.

/** One octet a message version: 0 to 127, then 0 again (DE_MsgCount). */
export const MsgCount = integer(0, 127);

/** Minutes since the year began, UTC; 527,040 is unavailable (DE_MinuteOfTheYear). */
export const MinuteOfTheYear = integer(0, 527_040);

/** A cause code of ITIS phrase lists (SAE J2540-2). */
export const ITIScodes = integer(0, 65_535);

/** One bit each for 22.5 degrees of heading, clockwise from north (DE_HeadingSlice). */
export const HeadingSlice = bitString(16);

/** Two octets that link messages about one thing (DE_FurtherInfoID). */
export const FurtherInfoID = octetString({ min: 2, max: 2 });

/** Tenths of a microdegree, 1,800,000,001 is unavailable (DE_Longitude). */
export const Longitude = integer(-1_799_999_999, 1_800_000_001);

/** Tenths of a microdegree, 900,000,001 is unavailable (DE_Latitude). */
export const Latitude = integer(-900_000_000, 900_000_001);

/** Decimetres above the ellipsoid, -4096 is unavailable (DE_Elevation). */
export const Elevation = integer(-4096, 61_439);

/** 0.0125 degrees clockwise from north, 28,800 is unavailable (DE_Heading, DE_Angle). */
export const Heading = integer(0, 28_800);

/** 0.02 m/s, 8191 is unavailable (DE_Velocity). */
export const Velocity = integer(0, 8191);

/** How far along the road a message matters (DE_Extent). */
export const Extent = enumerated([
  'useInstantlyOnly',
  'useFor3meters',
  'useFor10meters',
  'useFor50meters',
  'useFor100meters',
  'useFor500meters',
  'useFor1000meters',
  'useFor5000meters',
  'useFor10000meters',
  'useFor50000meters',
  'useFor100000meters',
  'useFor500000meters',
  'useFor1000000meters',
  'useFor5000000meters',
  'useFor10000000meters',
  'forever',
]);
export type Extent = ValueOf<typeof Extent>;

/** A national addition that only its owner can read: an id, and octets in hex (DF_RegionalExtension). */
export const RegionalExtension = sequence({ regionId: integer(0, 255), regExtValue: open });
export const Regional = sequenceOf(RegionalExtension, { min: 1, max: 4 });
export type Regional = ValueOf<typeof Regional>;

/** Year 0 unknown; month, day 0, hour 31, minute 60, second 65,535 unavailable; offset in minutes (DF_DDateTime). */
export const DDateTime = sequence({
  year: optional(integer(0, 4095)),
  month: optional(integer(0, 12)),
  day: optional(integer(0, 31)),
  hour: optional(integer(0, 31)),
  minute: optional(integer(0, 60)),
  second: optional(integer(0, 65_535)),
  offset: optional(integer(-840, 840)),
});
export type DDateTime = ValueOf<typeof DDateTime>;

/** DF_Position3D: here latitude comes first. */
export const Position3D = sequence(
  { lat: Latitude, long: Longitude, elevation: optional(Elevation), regional: optional(Regional) },
  { extensible: true },
);
export type Position3D = ValueOf<typeof Position3D>;

/** DF_FullPositionVector: here longitude comes first. */
export const FullPositionVector = sequence(
  {
    utcTime: optional(DDateTime),
    long: Longitude,
    lat: Latitude,
    elevation: optional(Elevation),
    heading: optional(Heading),
    speed: optional(
      sequence({
        // The standard spells it so.
        transmisson: enumerated([
          'neutral',
          'park',
          'forwardGears',
          'reverseGears',
          'reserved1',
          'reserved2',
          'reserved3',
          'unavailable',
        ]),
        speed: Velocity,
      }),
    ),
    posAccuracy: optional(
      sequence({ semiMajor: integer(0, 255), semiMinor: integer(0, 255), orientation: integer(0, 65_535) }),
    ),
    /** From unavailable (0) and 100 s (1) to 10 ps (39), as a number (DE_TimeConfidence). */
    timeConfidence: optional(integer(0, 39)),
    posConfidence: optional(sequence({ pos: integer(0, 15), elevation: integer(0, 15) })),
    speedConfidence: optional(
      sequence({ heading: integer(0, 7), speed: integer(0, 7), throttle: integer(0, 3) }),
    ),
  },
  { extensible: true },
);
export type FullPositionVector = ValueOf<typeof FullPositionVector>;
