import { cameraSource, type AudioPolicy, type CameraSource, type SourceKind } from '../lib/camera/source';
import { defineNode } from '../lib/node-red/define-node';
import { camerasRoute, snapshotRoute } from './routes';

interface Config {
  kind: SourceKind | 'auto';
  /** URL, device or file; empty with `auto` means the synthetic test picture. */
  address: string;
  detectionAddress: string;
  audio: AudioPolicy;
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
  setup: (node) => ({ api: cameraSource({ ...node.config, ...node.credentials }) }),
});
