import { defineNode } from '../lib/node-red/define-node';
import { numberSetting } from '../lib/node-red/settings';
import { Ring } from '../lib/recording/ring';
import { directoriesRoute, diskRoute } from './routes';

interface Config {
  /** Relative to the data root, or absolute. */
  directory: string;
  segmentSeconds: number | string;
  retentionHours: number | string;
  /** Gigabytes, 0 for no limit. */
  maxGigabytes: number | string;
  minFreeGigabytes: number | string;
}

const GIGABYTE = 1e9;

/** A directory of segments that recorders and clip makers share. Offers its Ring. */
export default defineNode<Config, object, Ring>({
  type: 'v2x-segment-store',
  routes: [directoriesRoute, diskRoute],
  async setup(node) {
    const { config, clock } = node;
    const number = (name: keyof Config, fallback: number, min: number, max: number) =>
      numberSetting(name, config[name], { fallback, min, max });
    const ring = await Ring.open({
      directory: node.dataPath(config.directory ?? 'rec'),
      segmentSeconds: number('segmentSeconds', 10, 1, 600),
      retention: {
        maxAge: number('retentionHours', 1, 0, 24 * 3650) * 3600,
        maxBytes: number('maxGigabytes', 0, 0, 1e6) * GIGABYTE,
        minFreeBytes: number('minFreeGigabytes', 1, 0, 1e6) * GIGABYTE,
      },
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
