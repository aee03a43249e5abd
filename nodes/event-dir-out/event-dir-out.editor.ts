import type { EditorNodeProperties } from 'node-red';
import { directories } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { directory } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  directory: string;
}

const label = labelsOf('event-dir-out');
const version = upgrade('event-dir-out');

RED.nodes.registerType<Properties>('event-dir-out', {
  category: 'V2X events',
  color: '#E2C06A',
  icon: 'event-dir-out.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    directory: {
      value: SETTINGS.directory.fallback,
      required: true,
      label: label('directory'),
      validate: directory(),
    },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'event dir out',
  inputLabels() {
    return this._('event-dir-out.input.event');
  },
  outputLabels() {
    return this._('event-dir-out.output.event');
  },
  label() {
    return this.name || labelOf(this._('event-dir-out.label.short'), this.directory);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    settingInput(this, '#node-input-directory', { plain: 'text', offer: directories });
  },
});
