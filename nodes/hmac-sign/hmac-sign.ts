import type { KeyRing } from '../lib/alert/trust/key-ring';
import { warmUpSigning } from '../lib/alert/warm-up';
import { sign } from '../lib/alert/trust/sign';
import { logStage } from '../lib/node-red/alert-stages';
import { defineNode } from '../lib/node-red/define-node';
import type { Message } from '../lib/node-red/message';

interface Config {
  key: string;
}

interface SigningMessage extends Message {
  readonly alert?: { readonly version?: unknown };
}

const ACTION_ID = /^\d{1,10}:\d{1,10}$/;

/** Signs the payload with the key's algorithm; the rest of the message passes on. */
export default defineNode<Config>({
  type: 'hmac-sign',
  async setup(node) {
    const ring = await node.use<KeyRing>(node.config.key, 'v2x-key');
    await warmUpSigning();
    return {
      input(message, send) {
        const token = sign(message.payload, ring, node.clock.now());
        send({ ...message, payload: token });
        logStage(node, message, 'signed');
        node.status.ok('signed', { bytes: token.length });
      },
    };
  },
  lossOf({ payload, alert }: SigningMessage) {
    // An event that is read again leads to the same alert, whose loss has already been reported.
    if (alert?.version === 'again') return undefined;
    const { sub } = Object(payload) as { sub?: unknown };
    const what = typeof sub === 'string' && ACTION_ID.test(sub) ? `Alert ${sub}` : 'A message';
    return `${what} was not signed and not sent`;
  },
});
