import type { KeyRing } from '../lib/alert/trust/key-ring';
import { Refusals } from '../lib/alert/trust/refusals';
import { warmUpVerifying } from '../lib/alert/warm-up';
import { verifyAlert } from '../lib/alert/trust/verify';
import { V2xError } from '../lib/errors';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import { Throttle } from '../lib/time/throttle';
import { SETTINGS } from './settings';

interface Config extends Record<keyof typeof SETTINGS, unknown> {
  key: string;
}

/** The status is drawn at most this often, however many datagrams come. */
const STATUS_PERIOD_SECONDS = 0.5;

/** Passes trusted alerts to output 1, and reports on output 2 why others were refused. */
export default defineNode<Config>({
  type: 'v2x-verify',
  async setup(node) {
    const { skew } = readSettings(SETTINGS, node.config);
    const ring = await node.use<KeyRing>(node.config.key, 'v2x-key');
    await warmUpVerifying();
    const refusals = new Refusals();
    let trusted = 0;
    const status = new Throttle(node.clock, STATUS_PERIOD_SECONDS, () => {
      node.status[trusted > 0 ? 'ok' : 'waiting']('counts', { trusted, refused: refusals.total });
    });
    node.onClose(() => {
      status.cancel();
    });

    return {
      async input(message, send) {
        const verdict = await verifyAlert(toDatagram(message.payload), ring, { now: node.clock.now(), skew });
        if (verdict.trusted) {
          const { alert, keyId } = verdict;
          trusted += 1;
          const about = { actionId: alert.sub, keyId, referenceTime: alert.iat, expires: alert.exp };
          send({ ...message, payload: alert, alert: about }, null);
        } else {
          const { code, reason } = verdict;
          const due = refusals.count(code, node.clock.monotonic());
          if (due > 0) node.warn(`${due} refused (${code}): ${reason}`);
          send(null, { ...message, payload: { reason, code } });
        }
        status.call();
      },
    };
  },
});

function toDatagram(payload: unknown): Uint8Array | string {
  if (typeof payload === 'string' || payload instanceof Uint8Array) return payload;
  throw new V2xError(
    'payload',
    'msg.payload is neither text nor a Buffer',
    {},
    { remedy: 'wire v2x-multicast-in to this node' },
  );
}
