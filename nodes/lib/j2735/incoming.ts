import { createHash } from 'node:crypto';
import { alertOf, type Alert } from '../alert/alert';
import { LONGEST_VALIDITY_SECONDS } from '../alert/validity';
import { meaningOf, type CodeTable } from './codes';
import type { J2735Message } from './frame';
import type { RoadSideAlert } from './messages/road-side-alert';
import type { TravelerDataFrame, TravelerInformation } from './messages/traveler-information';
import { degreesOf, metresOfExtent, metresOfRadius, type Place } from './place';
import { timeOfDate, timeOfMinute } from './time';

/** How messages that come in are understood. */
export interface Reading {
  readonly codes: CodeTable;
  /** When the message came, Unix seconds. */
  readonly now: number;
  /** Seconds for which a message stands that names no end: an RSA holds as long as it is repeated. */
  readonly hold: number;
}

/** What a message says, before it is put into the terms of alerts. */
interface Notice {
  readonly id: string;
  readonly station: number;
  readonly sequence: number;
  /** Unix seconds. */
  readonly referenceTime: number;
  /** Unix seconds; undefined when the message names no end. */
  readonly expires: number | undefined;
  readonly codes: readonly number[];
  /** Whether it is over, whatever the codes say. */
  readonly ended: boolean;
  /** 0 lowest to 7 highest. */
  readonly priority: number;
  readonly place: Place | undefined;
  /** Metres. */
  readonly distance: number | undefined;
}

/** The largest distance that an alert may have, metres. */
const LARGEST_DISTANCE = 100_000;
/** DE_MinutesDuration: for ever */
const FOR_EVER = 32_000;
/** Versions within one minute differ by so many seconds a count: the messages have no finer time. */
const COUNT_SECONDS = 0.001;

/**
 * The alert that a message stands for; of a TIM, the one of its first notice. What a message leaves out follows from its
 * octets, so that a repetition has the same action id and reference time.
 * @param octets those of the message
 */
export function alertIn(message: J2735Message, octets: Uint8Array, reading: Reading): Alert {
  const notice =
    message.messageId === 27
      ? noticeOfRsa(message.value.RoadSideAlert, octets, reading)
      : noticeOfTim(message.value.TravelerInformation, octets, reading);
  const { type, cleared } = meaningOf(reading.codes, notice.codes);
  const { id, station, sequence, referenceTime, priority, place, distance } = notice;
  const status = cleared || notice.ended ? ('cancelled' as const) : ('active' as const);
  const expires = expiryOf(notice, status, reading);
  return alertOf(
    {
      ...{ eventId: id, station, sequence, status, requests: [] },
      ...{ referenceTime, detected: referenceTime, expires, until: expires },
    },
    {
      ...{ id, type, severity: severityOf(priority), ...degreesOf(place) },
      distance_m: distance === undefined ? undefined : Math.min(distance, LARGEST_DISTANCE),
    },
  );
}

/** An RSA names no station; its furtherInfoID is all there is. */
function noticeOfRsa(message: RoadSideAlert, octets: Uint8Array, { now }: Reading): Notice {
  const { msgCnt, timeStamp, typeEvent, description = [], priority = '00', extent, position } = message;
  const further = message.furtherInfoID ?? digestOf(octets);
  const minute = timeOfMinute(timeStamp, now);
  const versioned = minute === undefined ? now : minute + msgCnt * COUNT_SECONDS;
  return {
    id: `rsa-${further}`,
    station: 0,
    sequence: parseInt(further, 16),
    referenceTime: timeOfDate(position?.utcTime) ?? versioned,
    expires: undefined,
    codes: [typeEvent, ...description],
    ended: false,
    priority: parseInt(priority, 16) >> 5,
    place: position,
    distance: metresOfExtent(extent),
  };
}

/** The action id is where one of our own TIMs has it, in the first six octets of packetID. */
function noticeOfTim(message: TravelerInformation, octets: Uint8Array, { now }: Reading): Notice {
  const [frame] = message.dataFrames;
  const packet = message.packetID ?? `00000000${digestOf(octets)}000000`;
  const start = timeOfMinute(frame.startTime, now, frame.startYear) ?? timeOfMinute(message.timeStamp, now);
  const endless = start === undefined || frame.durationTime === FOR_EVER;
  return {
    id: `tim-${packet}`,
    station: parseInt(packet.slice(0, 8), 16),
    sequence: parseInt(packet.slice(8, 12), 16),
    referenceTime: start === undefined ? now : start + message.msgCnt * COUNT_SECONDS,
    expires: endless ? undefined : start + frame.durationTime * 60,
    codes: codesOf(frame),
    ended: frame.durationTime === 0,
    priority: frame.priority,
    ...areaOf(frame),
  };
}

function codesOf({ content }: TravelerDataFrame): number[] {
  const parts = Object.values(content).flat() as { item?: { itis?: number } }[];
  return parts.flatMap(({ item }) => item?.itis ?? []);
}

/** Where a notice is about: its circle, or else its sign. */
function areaOf({ msgId, regions }: TravelerDataFrame): Pick<Notice, 'place' | 'distance'> {
  for (const { description } of regions) {
    const circle = description && 'geometry' in description ? description.geometry.circle : undefined;
    if (circle) return { place: circle.center, distance: metresOfRadius(circle) };
  }
  const sign = 'roadSignID' in msgId ? msgId.roadSignID.position : undefined;
  return { place: sign ?? regions[0].anchor, distance: undefined };
}

/** When an alert ends: never more than a day after its reference time, and never before it. */
function expiryOf(notice: Notice, status: Alert['status'], { now, hold }: Reading): number {
  const { referenceTime, expires } = notice;
  const held = Math.max(now, referenceTime) + hold;
  const end = status === 'cancelled' || expires === undefined ? held : expires;
  return Math.ceil(Math.min(Math.max(end, referenceTime + 1), referenceTime + LONGEST_VALIDITY_SECONDS));
}

/** The words of events for the eight levels of urgency. */
function severityOf(priority: number): string {
  if (priority >= 6) return 'high';
  return priority >= 3 ? 'medium' : 'low';
}

/** Two octets that tell messages apart which carry no id. */
function digestOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex').slice(0, 4);
}
