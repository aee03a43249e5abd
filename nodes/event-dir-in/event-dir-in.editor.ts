import type { EditorNodeProperties } from 'node-red';
import { directories } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed, directory } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  directory: string;
  after: string;
  incomplete: number | string;
  stale: number | string;
}

const label = labelsOf('event-dir-in');
const version = upgrade('event-dir-in');

RED.nodes.registerType<Properties>('event-dir-in', {
  category: 'V2X events',
  color: '#E2C06A',
  icon: 'event-dir-in.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    directory: {
      value: SETTINGS.directory.fallback,
      required: true,
      label: label('directory'),
      validate: directory(),
    },
    after: { value: SETTINGS.after.fallback, required: true },
    incomplete: {
      value: SETTINGS.incomplete.fallback,
      label: label('incomplete'),
      validate: allowed(SETTINGS.incomplete),
    },
    stale: { value: SETTINGS.stale.fallback, label: label('stale'), validate: allowed(SETTINGS.stale) },
  },
  inputs: 0,
  outputs: 2,
  paletteLabel: 'event dir in',
  outputLabels(index) {
    return this._(index === 0 ? 'event-dir-in.output.event' : 'event-dir-in.output.rejected');
  },
  label() {
    return this.name || labelOf(this._('event-dir-in.label.short'), this.directory);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    settingInput(this, '#node-input-directory', { plain: 'text', offer: directories });
  },
});
