import type { EditorNodeProperties } from 'node-red';
import { directories } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed, directory } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  store: string;
  directory: string;
  pre: string | number;
  post: string | number;
  parallel: string | number;
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
    directory: {
      value: SETTINGS.directory.fallback,
      required: true,
      label: label('directory'),
      validate: directory(),
    },
    pre: { value: SETTINGS.pre.fallback, label: label('pre'), validate: allowed(SETTINGS.pre) },
    post: { value: SETTINGS.post.fallback, label: label('post'), validate: allowed(SETTINGS.post) },
    parallel: {
      value: SETTINGS.parallel.fallback,
      label: label('parallel'),
      validate: allowed(SETTINGS.parallel),
    },
    exact: { value: SETTINGS.exact.fallback },
    cancel: { value: SETTINGS.cancel.fallback },
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
