import {
  boolean,
  choice,
  enumerated,
  ia5String,
  integer,
  octetString,
  optional,
  sequence,
  sequenceOf,
  type ValueOf,
} from '../../per/types';
import {
  Extent,
  FurtherInfoID,
  HeadingSlice,
  ITIScodes,
  MinuteOfTheYear,
  MsgCount,
  Position3D,
  Regional,
} from './elements';
import { NodeListXY, OffsetSystem, signed, Zoom } from './paths';

/** Centimetres (DE_LaneWidth) */
const LaneWidth = integer(0, 32_767);

const DirectionOfUse = enumerated(['unavailable', 'forward', 'reverse', 'both']);

/** The traffic sign whose place and view this message takes (DF_RoadSignID). */
const RoadSignID = sequence({
  position: Position3D,
  viewAngle: HeadingSlice,
  mutcdCode: optional(
    enumerated(['none', 'regulatory', 'warning', 'maintenance', 'motoristService', 'guide', 'rec'], {
      extensible: true,
    }),
  ),
  crc: optional(octetString({ min: 2, max: 2 })),
});

/** DF_Circle */
const Circle = sequence({
  center: Position3D,
  radius: integer(0, 4095),
  units: enumerated(['centimeter', 'cm2-5', 'decimeter', 'meter', 'kilometer', 'foot', 'yard', 'mile']),
});

/** DF_GeometricProjection */
const GeometricProjection = sequence(
  {
    direction: HeadingSlice,
    extent: optional(Extent),
    laneWidth: optional(LaneWidth),
    circle: Circle,
    regional: optional(Regional),
  },
  { extensible: true },
);

/** DF_RegionOffsets */
const RegionOffsets = sequence({ xOffset: signed(16), yOffset: signed(16), zOffset: optional(signed(16)) });

/** DF_ValidRegion: how messages before 2016 drew an area */
const ValidRegion = sequence({
  direction: HeadingSlice,
  extent: optional(Extent),
  area: choice({
    shapePointSet: sequence(
      {
        anchor: optional(Position3D),
        laneWidth: optional(LaneWidth),
        directionality: optional(DirectionOfUse),
        nodeList: NodeListXY,
      },
      { extensible: true },
    ),
    circle: Circle,
    regionPointSet: sequence(
      {
        anchor: optional(Position3D),
        scale: optional(Zoom),
        nodeList: sequenceOf(RegionOffsets, { min: 1, max: 64 }),
      },
      { extensible: true },
    ),
  }),
});

/** Where a message is valid (DF_GeographicalPath). */
const GeographicalPath = sequence(
  {
    name: optional(ia5String({ min: 1, max: 63 })),
    id: optional(sequence({ region: optional(integer(0, 65_535)), id: integer(0, 65_535) })),
    anchor: optional(Position3D),
    laneWidth: optional(LaneWidth),
    directionality: optional(DirectionOfUse),
    closedPath: optional(boolean),
    direction: optional(HeadingSlice),
    description: optional(
      choice(
        { path: OffsetSystem, geometry: GeometricProjection, oldRegion: ValidRegion },
        { extensible: true },
      ),
    ),
    regional: optional(Regional),
  },
  { extensible: true },
);

/** Reserved: the permissions that these once stood for are in the certificate now. */
const doNotUse = integer(0, 31);

/** DF_TravelerDataFrame, with the names of the 2024 issue; their encoding is that of 2016. */
const TravelerDataFrame = sequence(
  {
    doNotUse1: doNotUse,
    frameType: enumerated(['unknown', 'advisory', 'roadSignage', 'commercialSignage'], { extensible: true }),
    msgId: choice({ furtherInfoID: FurtherInfoID, roadSignID: RoadSignID }),
    startYear: optional(integer(0, 4095)),
    startTime: MinuteOfTheYear,
    /** Minutes; 32,000 for ever (DE_MinutesDuration). */
    durationTime: integer(0, 32_000),
    /** 0 lowest to 7 highest (DE_SignPriority). */
    priority: integer(0, 7),
    doNotUse2: doNotUse,
    regions: sequenceOf(GeographicalPath, { min: 1, max: 16 }),
    doNotUse3: doNotUse,
    doNotUse4: doNotUse,
    content: choice({
      advisory: codesAndTexts(100, 500),
      workZone: codesAndTexts(16, 16),
      genericSign: codesAndTexts(16, 16),
      speedLimit: codesAndTexts(16, 16),
      exitService: codesAndTexts(16, 16),
    }),
    url: optional(ia5String({ min: 1, max: 15 })),
  },
  { extensible: true },
);

/** MSG_TravelerInformation (SAE J2735): up to eight notices with their areas, times and texts. */
export const TravelerInformation = sequence(
  {
    msgCnt: MsgCount,
    timeStamp: optional(MinuteOfTheYear),
    /** The same in all versions of a message (DE_UniqueMSGID). */
    packetID: optional(octetString({ min: 9, max: 9 })),
    urlB: optional(ia5String({ min: 1, max: 45 })),
    dataFrames: sequenceOf(TravelerDataFrame, { min: 1, max: 8 }),
    regional: optional(Regional),
  },
  { extensible: true },
);
export type TravelerInformation = ValueOf<typeof TravelerInformation>;
export type TravelerDataFrame = ValueOf<typeof TravelerDataFrame>;

/** So many codes of ITIS phrase lists, or texts of so many characters (J2540-2 ITIScodesAndText and its relatives). */
function codesAndTexts(most: number, longest: number) {
  const item = choice({ itis: ITIScodes, text: ia5String({ min: 1, max: longest }) });
  return sequenceOf(sequence({ item }), { min: 1, max: most });
}
