import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  group: string;
  interval: string | number;
  duration: string | number;
  perSecond: string | number;
  reportRepetitions: boolean;
}

const label = labelsOf('v2x-multicast-out');
const version = upgrade('v2x-multicast-out');

RED.nodes.registerType<Properties>('v2x-multicast-out', {
  category: 'V2X alerts',
  color: '#E9967A',
  icon: 'v2x-multicast-out.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    group: { value: '', type: 'v2x-multicast-group', required: true, label: label('group') },
    interval: {
      value: SETTINGS.interval.fallback,
      label: label('interval'),
      validate: allowed(SETTINGS.interval),
    },
    duration: { value: '', label: label('duration'), validate: allowed(SETTINGS.duration) },
    perSecond: {
      value: SETTINGS.perSecond.fallback,
      label: label('perSecond'),
      validate: allowed(SETTINGS.perSecond),
    },
    reportRepetitions: { value: SETTINGS.reportRepetitions.fallback },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'v2x multicast out',
  inputLabels() {
    return this._('v2x-multicast-out.input.payload');
  },
  outputLabels() {
    return this._('v2x-multicast-out.output.report');
  },
  label() {
    return this.name || labelOf(this._('v2x-multicast-out.label.short'), nameOfConfig(this.group));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
