import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { number } from '../editor/validate';

interface Properties extends EditorNodeProperties {
  group: string;
  rejoin: string | number;
  limit: string | number;
}

const label = labelsOf('v2x-multicast-in');

RED.nodes.registerType<Properties>('v2x-multicast-in', {
  category: 'v2x',
  color: '#87A980',
  icon: 'v2x-multicast-in.svg',
  defaults: {
    name: { value: '' },
    group: { value: '', type: 'v2x-multicast-group', required: true, label: label('group') },
    rejoin: { value: 60, label: label('rejoin'), validate: number(1, 3600) },
    limit: { value: 1400, label: label('limit'), validate: number(1, 65_507) },
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
