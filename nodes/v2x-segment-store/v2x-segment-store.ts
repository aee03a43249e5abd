import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import { Ring } from '../lib/recording/ring/ring';
import { directoriesRoute, diskRoute } from './routes';
import { retentionOf } from './retention';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

/** A directory of segments that recorders and clip makers share. Offers its Ring. */
export default defineNode<Config, object, Ring>({
  type: 'v2x-segment-store',
  routes: [directoriesRoute, diskRoute],
  async setup(node) {
    const { clock } = node;
    const settings = readSettings(SETTINGS, node.config);
    const ring = await Ring.open({
      directory: node.dataPath(settings.directory),
      segmentSeconds: settings.segmentSeconds,
      retention: retentionOf(settings),
      clock,
      onError: (error) => {
        node.report(error);
      },
      onWarning: (text) => {
        node.warn(text);
      },
    });
    node.onClose(() => ring.close());
    return { api: ring };
  },
});
