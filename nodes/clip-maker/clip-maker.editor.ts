import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  store: string;
  directory: string;
  pre: string;
  post: string;
  parallel: string;
  exact: boolean;
  cancel: string;
  key: string;
}

RED.nodes.registerType<Properties>('clip-maker', {
  category: 'v2x',
  color: '#8FBC8F',
  icon: 'clip-maker.svg',
  defaults: {
    name: { value: '' },
    store: { value: '', type: 'v2x-segment-store', required: true },
    directory: { value: 'archive', required: true },
    pre: { value: '300', validate: RED.validators.number(true) },
    post: { value: '300', validate: RED.validators.number(true) },
    parallel: { value: '1', validate: RED.validators.number(true) },
    exact: { value: false },
    cancel: { value: 'keep' },
    key: { value: '', type: 'v2x-key', required: false },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'clip maker',
  inputLabels() {
    return this._('clip-maker.input.event');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'clip-maker.output.clip' : 'clip-maker.output.progress');
  },
  label() {
    return this.name || this._('clip-maker.label.short');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
