import { cameraSource, type CameraSource } from '../lib/camera/source';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import { camerasRoute, snapshotRoute } from './routes';
import { SETTINGS } from './settings';

interface Config extends Record<keyof typeof SETTINGS, unknown> {
  /** URL, device or file; empty with `auto` means the synthetic test picture. */
  address: string;
  detectionAddress: string;
}

interface Credentials {
  user: string;
  password: string;
}

/** A camera that recorders and detectors share. Offers its CameraSource. */
export default defineNode<Config, Credentials, CameraSource>({
  type: 'v2x-camera',
  credentials: { user: { type: 'text' }, password: { type: 'password' } },
  routes: [camerasRoute, snapshotRoute],
  setup: (node) => ({
    api: cameraSource({ ...node.config, ...readSettings(SETTINGS, node.config), ...node.credentials }),
  }),
});
