import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  lat: string;
  lon: string;
  heading: string;
  size: string | number;
}

const label = labelsOf('v2x-alert-tracker');
const version = upgrade('v2x-alert-tracker');

RED.nodes.registerType<Properties>('v2x-alert-tracker', {
  category: 'V2X vehicle',
  color: '#8FB7D3',
  icon: 'v2x-alert-tracker.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    lat: { value: '', label: label('lat'), validate: allowed(SETTINGS.lat) },
    lon: { value: '', label: label('lon'), validate: allowed(SETTINGS.lon) },
    heading: { value: '', label: label('heading'), validate: allowed(SETTINGS.heading) },
    size: { value: SETTINGS.size.fallback, label: label('size'), validate: allowed(SETTINGS.size) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'v2x alert tracker',
  inputLabels() {
    return this._('v2x-alert-tracker.input.alert');
  },
  outputLabels(index) {
    return this._(`v2x-alert-tracker.output.${index === 0 ? 'change' : 'other'}`);
  },
  label() {
    return this.name || labelOf(this._('v2x-alert-tracker.label.short'), this.lat, this.lon);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
