import type { EditorNodeProperties } from 'node-red';
import { directories } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { directory, number } from '../editor/validate';

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
    directory: { value: 'events', required: true, label: label('directory'), validate: directory() },
    after: { value: 'done', required: true },
    incomplete: { value: 5, label: label('incomplete'), validate: number(0.1, 3600) },
    stale: { value: 600, label: label('stale'), validate: number(0, 1e9) },
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
