import type { EditorNodeProperties } from 'node-red';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { number } from '../editor/validate';

interface Properties extends EditorNodeProperties {
  version: number;
  station: string;
  validity: string;
}

const label = labelsOf('v2x-alert');
const version = upgrade('v2x-alert');

RED.nodes.registerType<Properties>('v2x-alert', {
  category: 'V2X alerts',
  color: '#E9967A',
  icon: 'v2x-alert.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    station: {
      value: '1001',
      label: label('station'),
      validate: number(0, 2 ** 32 - 1, { whole: true }),
    },
    validity: { value: '600', label: label('validity'), validate: number(1, 86_400) },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'v2x alert',
  inputLabels() {
    return this._('v2x-alert.input.event');
  },
  outputLabels() {
    return this._('v2x-alert.output.alert');
  },
  label() {
    return this.name || labelOf(this._('v2x-alert.label.short'), this.station);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    settingInput(this, '#node-input-station', { plain: 'number' });
  },
});
