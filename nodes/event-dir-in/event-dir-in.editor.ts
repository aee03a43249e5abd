import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  directory: string;
  after: string;
  incomplete: number | string;
  stale: number | string;
}

RED.nodes.registerType<Properties>('event-dir-in', {
  category: 'v2x',
  color: '#E9967A',
  icon: 'event-dir-in.svg',
  defaults: {
    name: { value: '' },
    directory: { value: 'events', required: true },
    after: { value: 'done', required: true },
    incomplete: { value: 5, validate: RED.validators.number() },
    stale: { value: 600, validate: RED.validators.number() },
  },
  inputs: 0,
  outputs: 2,
  paletteLabel: 'event dir in',
  outputLabels(index) {
    return this._(index === 0 ? 'event-dir-in.output.event' : 'event-dir-in.output.rejected');
  },
  label() {
    return this.name || `${this._('event-dir-in.label.short')} ${this.directory}`;
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
