import { V2xError } from '../lib/errors';
import type { CameraSource } from '../lib/camera/source';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import type { Ring } from '../lib/recording/ring/ring';
import { Segmenter } from './segmenter';
import { SETTINGS } from './settings';

interface Config extends Record<keyof typeof SETTINGS, unknown> {
  camera: string;
  store: string;
}

/** Records a camera into a segment store: output 1 is each closed segment, output 2 each change of state. */
export default defineNode<Config>({
  type: 'ffmpeg-segmenter',
  async setup(node) {
    const camera = await node.use<CameraSource>(node.config.camera, 'v2x-camera');
    const store = await node.use<Ring>(node.config.store, 'v2x-segment-store');
    const segmenter = new Segmenter(node, camera, store);
    if (readSettings(SETTINGS, node.config).autostart) segmenter.start();
    else segmenter.enter('stopped');
    return {
      async input({ payload }) {
        if (payload === 'start') segmenter.start();
        else if (payload === 'stop') await segmenter.stop();
        else if (payload === 'status') segmenter.sendState();
        else throw new V2xError('input', `${node.label}: the payload must be "start", "stop" or "status"`);
      },
    };
  },
});
