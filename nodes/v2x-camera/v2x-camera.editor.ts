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
  oneditsave() {
    // The address is stored in the flow; user and password belong into the credentials.
    const field = $('#node-config-input-address');
    const address = String(field.val());
    if (!URL.canParse(address)) return;
    const url = new URL(address);
    if (url.username === '' && url.password === '') return;
    $('#node-config-input-user').val(decodeURIComponent(url.username));
    $('#node-config-input-password').val(decodeURIComponent(url.password));
    url.username = '';
    url.password = '';
    field.val(url.href);
  },
});
