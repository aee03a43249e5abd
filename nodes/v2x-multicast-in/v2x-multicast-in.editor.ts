import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  group: string;
  rejoin: string | number;
  limit: string | number;
}

const label = labelsOf('v2x-multicast-in');
const version = upgrade('v2x-multicast-in');

RED.nodes.registerType<Properties>('v2x-multicast-in', {
  category: 'V2X vehicle',
  color: '#8FB7D3',
  icon: 'v2x-multicast-in.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    group: { value: '', type: 'v2x-multicast-group', required: true, label: label('group') },
    rejoin: { value: SETTINGS.rejoin.fallback, label: label('rejoin'), validate: allowed(SETTINGS.rejoin) },
    limit: { value: SETTINGS.limit.fallback, label: label('limit'), validate: allowed(SETTINGS.limit) },
  },
  inputs: 0,
  outputs: 1,
  paletteLabel: 'v2x multicast in',
  outputLabels() {
    return this._('v2x-multicast-in.output.datagram');
  },
  label() {
    return this.name || labelOf(this._('v2x-multicast-in.label.short'), nameOfConfig(this.group));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
