import { octetString, optional, sequence, sequenceOf, type ValueOf } from '../../per/types';
import {
  Extent,
  FullPositionVector,
  FurtherInfoID,
  HeadingSlice,
  ITIScodes,
  MinuteOfTheYear,
  MsgCount,
  Regional,
} from './elements';

/**
 * MSG_RoadSideAlert (SAE J2735): one cause with up to eight further codes, where, for whom and how far. It has no
 * duration: it stands as long as it is repeated.
 */
export const RoadSideAlert = sequence(
  {
    msgCnt: MsgCount,
    timeStamp: optional(MinuteOfTheYear),
    typeEvent: ITIScodes,
    description: optional(sequenceOf(ITIScodes, { min: 1, max: 8 })),
    /** One octet, of which the upper three bits count: 00 lowest to e0 highest (DE_Priority). */
    priority: optional(octetString({ min: 1, max: 1 })),
    heading: optional(HeadingSlice),
    extent: optional(Extent),
    position: optional(FullPositionVector),
    furtherInfoID: optional(FurtherInfoID),
    regional: optional(Regional),
  },
  { extensible: true },
);
export type RoadSideAlert = ValueOf<typeof RoadSideAlert>;
