import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  lat: string;
  lon: string;
  heading: string;
  size: string;
}

RED.nodes.registerType<Properties>('v2x-alert-tracker', {
  category: 'v2x',
  color: '#87A980',
  icon: 'v2x-alert-tracker.svg',
  defaults: {
    name: { value: '' },
    lat: { value: '', validate: RED.validators.number(true) },
    lon: { value: '', validate: RED.validators.number(true) },
    heading: { value: '', validate: RED.validators.number(true) },
    size: { value: '1024', required: true, validate: RED.validators.number() },
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
    return this.name || 'v2x alert tracker';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
