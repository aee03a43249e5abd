import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  key: string;
  skew: string;
}

RED.nodes.registerType<Properties>('v2x-verify', {
  category: 'v2x',
  color: '#87A980',
  icon: 'v2x-verify.svg',
  defaults: {
    name: { value: '' },
    key: { value: '', type: 'v2x-key', required: true },
    skew: { value: '5', required: true, validate: RED.validators.number() },
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
    return this.name || 'v2x verify';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
