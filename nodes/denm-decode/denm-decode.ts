import type { Alert } from '../lib/alert/alert';
import { Refusals } from '../lib/alert/trust/refusals';
import { decodeFrame, type Received } from '../lib/denm/framing';
import { alertOfDenm } from '../lib/denm/to-alert';
import { rehearseDecoding } from '../lib/denm/warm-up';
import { V2xError } from '../lib/errors';
import { defineNode } from '../lib/node-red/define-node';
import { Throttle } from '../lib/time/throttle';

/** The status is drawn at most this often, however many datagrams come. */
const STATUS_PERIOD_SECONDS = 0.5;

/** Reads DENMs in any frame: to output 1 as alerts; on output 2 why others could not be read. */
export default defineNode({
  type: 'denm-decode',
  setup(node) {
    rehearseDecoding();
    const refusals = new Refusals();
    let read = 0;
    const status = new Throttle(node.clock, STATUS_PERIOD_SECONDS, () => {
      node.status[read > 0 ? 'ok' : 'waiting']('counts', { read, refused: refusals.total });
    });
    node.onClose(() => {
      status.cancel();
    });
    status.call();

    return {
      input(message, send) {
        const { received, alert, refusal } = outcomeOf(bytesOf(message.payload));
        const around = received && { denm: received.message, frame: frameOf(received) };
        if (alert) {
          read += 1;
          const about = { actionId: alert.sub, referenceTime: alert.iat, expires: alert.exp };
          send({ ...message, ...around, payload: alert, alert: about }, null);
        } else {
          const { code, problem: reason } = refusal;
          const due = refusals.count(code, node.clock.monotonic());
          if (due > 0) node.warn(`${due} not read (${code}): ${reason}`);
          send(null, { ...message, ...around, payload: { reason, code } });
        }
        status.call();
      },
    };
  },
});

type Outcome =
  | { readonly received: Received; readonly alert: Alert; readonly refusal?: never }
  | { readonly received: Received | undefined; readonly alert?: never; readonly refusal: V2xError };

function outcomeOf(bytes: Uint8Array): Outcome {
  let received: Received | undefined;
  try {
    received = decodeFrame(bytes);
    return { received, alert: alertOfDenm(received.message) };
  } catch (error) {
    if (error instanceof V2xError) return { received, refusal: error };
    throw error;
  }
}

function frameOf({ framing, geonetworking }: Received): object {
  return { framing, ...(geonetworking && { geonetworking }) };
}

function bytesOf(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  throw new V2xError(
    'payload',
    'msg.payload is not a Buffer; wire v2x-multicast-in or a udp in node to this node',
  );
}
