import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  key: string;
}

RED.nodes.registerType<Properties>('hmac-sign', {
  category: 'v2x',
  color: '#F4A261',
  icon: 'hmac-sign.svg',
  defaults: {
    name: { value: '' },
    key: { value: '', type: 'v2x-key', required: true },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'hmac sign',
  outputLabels() {
    return this._('hmac-sign.output.token');
  },
  label() {
    return this.name || 'hmac sign';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
