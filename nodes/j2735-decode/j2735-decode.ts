import { V2xError } from '../lib/errors';
import { parseCodes } from '../lib/j2735/codes';
import { decodeMessage, type J2735Message } from '../lib/j2735/frame';
import { alertIn } from '../lib/j2735/incoming';
import { PROFILES } from '../lib/j2735/profiles';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import { Throttle } from '../lib/time/throttle';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

/** The status is drawn at most this often, however many messages come. */
const STATUS_PERIOD_SECONDS = 0.5;

/** Reads messages of SAE J2735: output 1 has their alerts, output 2 says why others do not decode. */
export default defineNode<Config>({
  type: 'j2735-decode',
  setup(node) {
    const { profile, codes, hold } = readSettings(SETTINGS, node.config);
    const table = parseCodes(codes, parseCodes(PROFILES[profile].codes));
    const counts = { decoded: 0, refused: 0 };
    const status = new Throttle(node.clock, STATUS_PERIOD_SECONDS, () => {
      node.status[counts.decoded > 0 ? 'ok' : 'waiting']('counts', counts);
    });
    node.onClose(() => {
      status.cancel();
    });

    return {
      input(message, send) {
        const octets = octetsOf(message.payload);
        const decoded = attempt(octets);
        if (decoded instanceof V2xError) {
          counts.refused += 1;
          send(null, { ...message, payload: { reason: decoded.message, code: decoded.code } });
        } else {
          counts.decoded += 1;
          const alert = alertIn(decoded, octets, { codes: table, now: node.clock.now(), hold });
          const about = { actionId: alert.sub, referenceTime: alert.iat, expires: alert.exp };
          send({ ...message, payload: alert, alert: about, j2735: decoded }, null);
        }
        status.call();
      },
    };
  },
});

/** The message, or why it is none. */
function attempt(octets: Uint8Array): J2735Message | V2xError {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof V2xError) return error;
    throw error;
  }
}

/** A Buffer, or its octets in hex as tools print them. */
function octetsOf(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  const hex = typeof payload === 'string' ? payload.replaceAll(/^0x|\s/gi, '') : '';
  if (hex.length % 2 === 0 && /^[\da-f]+$/i.test(hex)) return Buffer.from(hex, 'hex');
  throw new V2xError('payload', 'msg.payload is neither a Buffer nor a text of octets in hex');
}
