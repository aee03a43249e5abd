import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  group: string;
  rejoin: string | number;
  limit: string | number;
}

RED.nodes.registerType<Properties>('v2x-multicast-in', {
  category: 'v2x',
  color: '#87A980',
  icon: 'v2x-multicast-in.svg',
  defaults: {
    name: { value: '' },
    group: { value: '', type: 'v2x-multicast-group', required: true },
    rejoin: { value: 60, required: true, validate: RED.validators.number() },
    limit: { value: 1400, required: true, validate: RED.validators.number() },
  },
  inputs: 0,
  outputs: 1,
  paletteLabel: 'v2x multicast in',
  outputLabels() {
    return this._('v2x-multicast-in.output.datagram');
  },
  label() {
    return this.name || this._('v2x-multicast-in.label.short');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
