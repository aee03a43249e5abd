import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  station: string;
  validity: string;
}

RED.nodes.registerType<Properties>('v2x-alert', {
  category: 'v2x',
  color: '#F4A261',
  icon: 'v2x-alert.svg',
  defaults: {
    name: { value: '' },
    station: { value: '1001', required: true, validate: RED.validators.number() },
    validity: { value: '600', required: true, validate: RED.validators.number() },
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
    const station = this.station.startsWith('${') ? '' : ` ${this.station}`;
    return this.name || this._('v2x-alert.label.short') + station;
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
