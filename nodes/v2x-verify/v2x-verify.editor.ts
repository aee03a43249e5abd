import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  key: string;
  skew: string | number;
}

const label = labelsOf('v2x-verify');
const version = upgrade('v2x-verify');

RED.nodes.registerType<Properties>('v2x-verify', {
  category: 'V2X vehicle',
  color: '#8FB7D3',
  icon: 'v2x-verify.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    key: { value: '', type: 'v2x-key', required: true, label: label('key') },
    skew: { value: SETTINGS.skew.fallback, label: label('skew'), validate: allowed(SETTINGS.skew) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'v2x verify',
  inputLabels() {
    return this._('v2x-verify.input.datagram');
  },
  outputLabels(index) {
    return this._(`v2x-verify.output.${index === 0 ? 'trusted' : 'refused'}`);
  },
  label() {
    return this.name || labelOf(this._('v2x-verify.label.short'), nameOfConfig(this.key));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
