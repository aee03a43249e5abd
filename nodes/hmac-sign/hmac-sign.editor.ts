import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { upgrade } from '../editor/upgrade';

interface Properties extends EditorNodeProperties {
  version: number;
  key: string;
}

const label = labelsOf('hmac-sign');
const version = upgrade('hmac-sign');

RED.nodes.registerType<Properties>('hmac-sign', {
  category: 'V2X alerts',
  color: '#E9967A',
  icon: 'hmac-sign.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    key: { value: '', type: 'v2x-key', required: true, label: label('key') },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'hmac sign',
  inputLabels() {
    return this._('hmac-sign.input.payload');
  },
  outputLabels() {
    return this._('hmac-sign.output.token');
  },
  label() {
    return this.name || labelOf(this._('hmac-sign.label.short'), nameOfConfig(this.key));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
