import type { EditorNodeProperties } from 'node-red';
import { upgrade } from '../editor/upgrade';

interface Properties extends EditorNodeProperties {
  version: number;
}

const version = upgrade('denm-decode');

RED.nodes.registerType<Properties>('denm-decode', {
  category: 'V2X vehicle',
  color: '#8FB7D3',
  icon: 'denm-decode.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'denm decode',
  inputLabels() {
    return this._('denm-decode.input.datagram');
  },
  outputLabels(index) {
    return this._(`denm-decode.output.${index === 0 ? 'alert' : 'unread'}`);
  },
  label() {
    return this.name || this._('denm-decode.label.short');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
