import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf } from '../editor/texts';
import { number } from '../editor/validate';

interface Properties extends EditorNodeProperties {
  lat: string;
  lon: string;
  heading: string;
  size: string;
}

const label = labelsOf('v2x-alert-tracker');

RED.nodes.registerType<Properties>('v2x-alert-tracker', {
  category: 'v2x',
  color: '#87A980',
  icon: 'v2x-alert-tracker.svg',
  defaults: {
    name: { value: '' },
    lat: { value: '', label: label('lat'), validate: number(-90, 90) },
    lon: { value: '', label: label('lon'), validate: number(-180, 180) },
    heading: { value: '', label: label('heading'), validate: number(0, 360) },
    size: { value: '1024', label: label('size'), validate: number(1, 65_536, { whole: true }) },
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
