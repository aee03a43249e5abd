import type { EditorNodeProperties } from 'node-red';
import { cameras } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { isReference, labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { showUsers } from '../editor/used-by';
import { check } from '../editor/validate';
import { shownAddress, splitCameraUrl, tidyAddress } from '../lib/camera/url';
import { SETTINGS } from './settings';
import { offerTest } from './test-button.editor';

interface Properties extends EditorNodeProperties {
  version: number;
  kind: string;
  address: string;
  detectionAddress: string;
  audio: string;
}

interface Credentials {
  user: string;
  password: string;
}

const KIND = '#node-config-input-kind';
const label = labelsOf('v2x-camera');
const version = upgrade('v2x-camera');

/** What an address of each kind looks like; the runtime looks closer. */
const LOOKS: Readonly<Record<string, RegExp>> = {
  rtsp: /^rtsps?:\/\/[^/]+/i,
  v4l2: /^\/dev\/[\w-][\w./-]*$/,
  file: /^(?!-)(?![a-z][a-z\d+.-]*:)/i,
  auto: /^(rtsps?:\/\/[^/]+|(?!-)(?![a-z][a-z\d+.-]*:))/i,
};

const address = check((typed, node) => {
  const value = tidyAddress(typed);
  if (splitCameraUrl(value) === 'encoding') return node._('v2x-camera.invalid.encoding');
  const kind = String($(KIND).val() ?? (node as typeof node & Properties).kind);
  const looks = LOOKS[kind] as RegExp | undefined;
  return !looks || looks.test(value) ? undefined : node._(`v2x-camera.invalid.${kind}`);
});

/** Moves user and password from an address, which is stored in the flow, to the credentials, where they belong. */
function moveUserOut(name: string): void {
  const field = $(`#node-config-input-${name}`);
  const typed = String(field.val());
  if (isReference(typed)) return;
  field.val(tidyAddress(typed));
  const url = splitCameraUrl(tidyAddress(typed));
  if (typeof url === 'string' || (url.user === '' && url.password === '')) return;
  $('#node-config-input-user').val(url.user);
  $('#node-config-input-password').val(url.password);
  field.val(url.address);
}

RED.nodes.registerType<Properties, Credentials>('v2x-camera', {
  category: 'config',
  defaults: {
    name: { value: '' },
    version: { value: version },
    kind: { value: SETTINGS.kind.fallback, required: true },
    address: { value: '${V2X_CAMERA}', label: label('address'), validate: address },
    detectionAddress: { value: '', label: label('detectionAddress'), validate: address },
    audio: { value: SETTINGS.audio.fallback, required: true },
  },
  credentials: {
    user: { type: 'text' },
    password: { type: 'password' },
  },
  label() {
    const shown = isReference(this.address) ? '' : shownAddress(this.address);
    return this.name || labelOf(shown) || this._('v2x-camera.kind.synthetic');
  },
  oneditprepare() {
    settingInput(this, '#node-config-input-address', { plain: 'text', offer: cameras });
    const kind = $(KIND);
    const rows = (names: readonly string[]) =>
      $(names.map((name) => `#node-config-input-${name}`).join()).closest('.form-row');
    const showRows = () => {
      rows(['address']).toggle(kind.val() !== 'synthetic');
      rows(['detectionAddress', 'user', 'password']).toggle(['auto', 'rtsp'].includes(String(kind.val())));
      $('#node-config-input-address, #node-config-input-detectionAddress').trigger('change');
    };
    kind.on('change', showRows);
    showRows();
    offerTest(this);
    showUsers(this);
  },
  oneditsave() {
    for (const name of ['detectionAddress', 'address']) moveUserOut(name);
  },
});
