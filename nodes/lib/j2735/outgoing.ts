import type { Alert } from '../alert/alert';
import { V2xError } from '../errors';
import { codesOf, type CodeTable } from './codes';
import type { J2735Message } from './frame';
import type { Regional } from './messages/elements';
import type { RoadSideAlert } from './messages/road-side-alert';
import type { TravelerInformation } from './messages/traveler-information';
import { extentOf, placeOf, radiusOf } from './place';
import type { MessageKind } from './profiles';
import { dateTimeOf, minuteOfYear, yearOf } from './time';

/** What a site says in all of its messages. */
export interface Site {
  readonly kind: MessageKind;
  readonly codes: CodeTable;
  /** Which way vehicles that are warned go (DE_HeadingSlice). */
  readonly heading: string;
  /** 0 lowest to 7 highest. */
  readonly priority: number;
  /** National additions, which only their owners can read. */
  readonly regional?: Regional | undefined;
}

/** How far a warning matters whose event does not say, metres; as the event contract has it. */
const DEFAULT_DISTANCE = 500;

/**
 * The message that says what an alert says. It follows from the alert alone, so that a repetition is the same octets.
 * @param msgCnt counts the versions of the alert
 * @throws V2xError `position` when a TIM has no place
 */
export function messageOf(alert: Alert, msgCnt: number, site: Site): J2735Message {
  return site.kind === 'RSA'
    ? { messageId: 27, value: { RoadSideAlert: roadSideAlert(alert, msgCnt, site) } }
    : { messageId: 31, value: { TravelerInformation: travelerInformation(alert, msgCnt, site) } };
}

/**
 * An RSA names its incident by the sequence number of the action id, and its version by the reference time in
 * `utcTime`. The end of an incident is a code of its own, under the same number.
 */
function roadSideAlert({ sub, iat, status, event }: Alert, msgCnt: number, site: Site): RoadSideAlert {
  const { codes, cleared } = codesOf(site.codes, event.type);
  const [typeEvent, ...description] = status === 'cancelled' ? [cleared] : codes;
  const place = placeOf(event.lat, event.lon);
  return {
    msgCnt,
    timeStamp: minuteOfYear(iat),
    typeEvent,
    ...(description.length > 0 && { description }),
    // DE_Priority: the upper three bits; the others are reserved and zero.
    priority: (site.priority << 5).toString(16).padStart(2, '0'),
    heading: site.heading,
    extent: extentOf(event.distance_m ?? DEFAULT_DISTANCE),
    ...(place && { position: { utcTime: dateTimeOf(iat), ...place } }),
    furtherInfoID: octets(sequenceOf(sub), 2),
    ...(site.regional && { regional: site.regional }),
  };
}

/**
 * A TIM names its incident by the action id in `packetID`: station, sequence number and three octets of zeros. Its end is
 * the same notice with a duration of 0.
 */
function travelerInformation(alert: Alert, msgCnt: number, site: Site): TravelerInformation {
  const { sub, iss, iat, event } = alert;
  const place = placeOf(event.lat, event.lon);
  if (!place) {
    throw new V2xError(
      'position',
      `Alert ${sub} has no lat and lon; a TIM needs the place it is about`,
      { actionId: sub },
      { remedy: 'let the detector give the place of the camera' },
    );
  }
  const { heading, priority, regional } = site;
  const { codes } = codesOf(site.codes, event.type);
  const circle = { center: place, ...radiusOf(event.distance_m ?? DEFAULT_DISTANCE) };
  return {
    msgCnt,
    timeStamp: minuteOfYear(iat),
    packetID: octets(Number(iss), 4) + octets(sequenceOf(sub), 2) + octets(0, 3),
    dataFrames: [
      {
        doNotUse1: 0,
        frameType: 'advisory',
        msgId: { roadSignID: { position: place, viewAngle: heading, mutcdCode: 'warning' } },
        startYear: yearOf(iat),
        startTime: minuteOfYear(iat),
        durationTime: durationOf(alert),
        priority,
        doNotUse2: 0,
        regions: [
          {
            anchor: place,
            directionality: 'both',
            closedPath: false,
            direction: heading,
            description: { geometry: { direction: heading, circle } },
          },
        ],
        doNotUse3: 0,
        doNotUse4: 0,
        content: { advisory: codes.map((itis) => ({ item: { itis } })) },
      },
    ],
    ...(regional && { regional }),
  };
}

/** Minutes from the minute in which it starts until the validity is over: rounded up, since neither begins on a minute. */
function durationOf({ status, iat, exp }: Alert): number {
  return status === 'cancelled' ? 0 : Math.ceil(exp / 60) - Math.floor(iat / 60);
}

/** The sequence number of an action id `station:sequence`. */
function sequenceOf(actionId: string): number {
  return Number(actionId.slice(actionId.indexOf(':') + 1));
}

function octets(value: number, count: number): string {
  return value.toString(16).padStart(count * 2, '0');
}
