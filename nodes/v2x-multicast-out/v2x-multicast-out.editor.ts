import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  group: string;
  interval: string | number;
  duration: string | number;
  perSecond: string | number;
  reportRepetitions: boolean;
}

RED.nodes.registerType<Properties>('v2x-multicast-out', {
  category: 'v2x',
  color: '#87A980',
  icon: 'v2x-multicast-out.svg',
  defaults: {
    name: { value: '' },
    group: { value: '', type: 'v2x-multicast-group', required: true },
    interval: { value: 0.5, required: true, validate: RED.validators.number() },
    duration: { value: 10, required: true, validate: RED.validators.number() },
    perSecond: { value: 100, required: true, validate: RED.validators.number() },
    reportRepetitions: { value: false },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'v2x multicast out',
  outputLabels() {
    return this._('v2x-multicast-out.output.report');
  },
  label() {
    return this.name || this._('v2x-multicast-out.label.short');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
