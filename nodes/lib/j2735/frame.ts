import { V2xError } from '../errors';
import { decode } from '../per/decode';
import { encode, encodeJson } from '../per/encode';
import { integer, open, sequence } from '../per/types';
import { RoadSideAlert } from './messages/road-side-alert';
import { TravelerInformation } from './messages/traveler-information';

/** The messages that this package speaks, with their DSRCmsgID (SAE J2735, DE_DSRC_MessageID). */
const MESSAGES = {
  RoadSideAlert: { messageId: 27, type: RoadSideAlert },
  TravelerInformation: { messageId: 31, type: TravelerInformation },
} as const;

/** A message as JSON with the standard's names. */
export type J2735Message =
  | { readonly messageId: 27; readonly value: { readonly RoadSideAlert: RoadSideAlert } }
  | { readonly messageId: 31; readonly value: { readonly TravelerInformation: TravelerInformation } };

/** What every message travels in (SAE J2735, MSG_MessageFrame). */
const MessageFrame = sequence({ messageId: integer(0, 32_767), value: open }, { extensible: true });

/** The most octets of a message that roadside hardware takes (NTCIP 1218, rsuIFMPayload). */
export const LONGEST_MESSAGE = 2302;

/**
 * The octets of a message, in its frame.
 * @param message J2735Message, or what somebody takes for one
 * @throws V2xError `field` naming the field, its value and what it may be; `unsupported` for messages of other kinds;
 *   `too-large`
 */
export function encodeMessage(message: unknown): Buffer {
  const { messageId, value } = Object(message) as { messageId?: unknown; value?: unknown };
  const [[name, body] = ['nothing', undefined], ...others] = Object.entries(Object(value) as object);
  const known = Object.entries(MESSAGES).find(
    ([each, { messageId: id }]) => each === name && id === messageId,
  );
  if (!known || others.length > 0) throw unsupported(`messageId ${String(messageId)} with ${name}`);
  const [, { messageId: id, type }] = known;
  const octets = encode('MessageFrame', MessageFrame, {
    messageId: id,
    value: encodeJson(name, type, body).toString('hex'),
  });
  requireSize(octets);
  return octets;
}

/**
 * Reads the octets of a message.
 * @throws V2xError `malformed` naming the field, `unsupported` for messages of other kinds, `too-large`
 */
export function decodeMessage(octets: Uint8Array): J2735Message {
  requireSize(octets);
  const frame = decode('MessageFrame', MessageFrame, octets);
  if (frame['...']) throw unsupported('a MessageFrame with additions');
  const body = Buffer.from(frame.value, 'hex');
  switch (frame.messageId) {
    case 27:
      return { messageId: 27, value: { RoadSideAlert: decode('RoadSideAlert', RoadSideAlert, body) } };
    case 31:
      return {
        messageId: 31,
        value: { TravelerInformation: decode('TravelerInformation', TravelerInformation, body) },
      };
    default:
      throw unsupported(`messageId ${frame.messageId}`);
  }
}

function requireSize({ length }: Uint8Array): void {
  if (length <= LONGEST_MESSAGE) return;
  const text = `The message has ${length} octets; roadside hardware takes ${LONGEST_MESSAGE}`;
  throw new V2xError('too-large', text, { length, max: LONGEST_MESSAGE });
}

function unsupported(what: string): V2xError {
  const known = Object.entries(MESSAGES).map(([name, { messageId }]) => `${messageId} ${name}`);
  return new V2xError('unsupported', `${what} is not spoken here, only ${known.join(' and ')}`);
}
