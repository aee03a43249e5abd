import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  kind: string;
  address: string;
  detectionAddress: string;
  audio: string;
}

interface Credentials {
  user: string;
  password: string;
}

RED.nodes.registerType<Properties, Credentials>('v2x-camera', {
  category: 'config',
  defaults: {
    name: { value: '' },
    kind: { value: 'auto', required: true },
    address: { value: '${V2X_CAMERA}' },
    detectionAddress: { value: '' },
    audio: { value: 'aac', required: true },
  },
  credentials: {
    user: { type: 'text' },
    password: { type: 'password' },
  },
  label() {
    return this.name || this.address || this._('v2x-camera.kind.synthetic');
  },
});
