import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  directory: string;
}

RED.nodes.registerType<Properties>('event-dir-out', {
  category: 'v2x',
  color: '#E9967A',
  icon: 'event-dir-out.svg',
  defaults: {
    name: { value: '' },
    directory: { value: 'events', required: true },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'event dir out',
  outputLabels() {
    return this._('event-dir-out.output.event');
  },
  label() {
    return this.name || `${this._('event-dir-out.label.short')} ${this.directory}`;
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
