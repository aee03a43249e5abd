import type { EditorNodeProperties } from 'node-red';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  station: string | number;
  validity: string | number;
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
      value: SETTINGS.station.fallback,
      label: label('station'),
      validate: allowed(SETTINGS.station),
    },
    validity: {
      value: SETTINGS.validity.fallback,
      label: label('validity'),
      validate: allowed(SETTINGS.validity),
    },
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
