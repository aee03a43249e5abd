import type { KeyRing } from '../lib/alert/key-ring';
import { rehearseSigning } from '../lib/alert/rehearse';
import { sign } from '../lib/alert/sign';
import { defineNode } from '../lib/node-red/define-node';

interface Config {
  key: string;
}

/** Signs the payload with the key's algorithm; the rest of the message passes on. */
export default defineNode<Config>({
  type: 'hmac-sign',
  async setup(node) {
    const ring = await node.use<KeyRing>(node.config.key, 'v2x-key');
    await rehearseSigning();
    return {
      input(message, send) {
        const token = sign(message.payload, ring, node.clock.now());
        send({ ...message, payload: token });
        node.status.ok('signed', { bytes: token.length });
      },
    };
  },
});
