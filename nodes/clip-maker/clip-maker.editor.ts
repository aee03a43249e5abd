import type { EditorNodeProperties } from 'node-red';
import { directories } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { directory, number } from '../editor/validate';

interface Properties extends EditorNodeProperties {
  version: number;
  store: string;
  directory: string;
  pre: string;
  post: string;
  parallel: string;
  exact: boolean;
  cancel: string;
  key: string;
}

const label = labelsOf('clip-maker');
const version = upgrade('clip-maker');

RED.nodes.registerType<Properties>('clip-maker', {
  category: 'V2X footage',
  color: '#8FBC8F',
  icon: 'clip-maker.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    store: { value: '', type: 'v2x-segment-store', required: true, label: label('store') },
    directory: { value: 'archive', required: true, label: label('directory'), validate: directory() },
    pre: { value: '300', label: label('pre'), validate: number(0, 3600, { fromMessage: true }) },
    post: { value: '300', label: label('post'), validate: number(0, 3600, { fromMessage: true }) },
    parallel: { value: '1', label: label('parallel'), validate: number(1, 8, { whole: true }) },
    exact: { value: false },
    cancel: { value: 'keep' },
    key: { value: '', type: 'v2x-key', required: false, label: label('key') },
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
    return this.name || labelOf(this._('clip-maker.label.short'), this.directory);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    settingInput(this, '#node-input-directory', { plain: 'text', offer: directories });
    settingInput(this, '#node-input-pre', { plain: 'number', fromMessage: true });
    settingInput(this, '#node-input-post', { plain: 'number', fromMessage: true });
  },
});
