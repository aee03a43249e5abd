import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  directory: string;
  segmentSeconds: number | string;
  retentionHours: number | string;
  maxGigabytes: number | string;
  minFreeGigabytes: number | string;
}

RED.nodes.registerType<Properties>('v2x-segment-store', {
  category: 'config',
  defaults: {
    name: { value: '' },
    directory: { value: 'rec', required: true },
    segmentSeconds: { value: 10, required: true, validate: RED.validators.number() },
    retentionHours: { value: 1, required: true, validate: RED.validators.number() },
    maxGigabytes: { value: 0, required: true, validate: RED.validators.number() },
    minFreeGigabytes: { value: 1, required: true, validate: RED.validators.number() },
  },
  label() {
    return this.name || this.directory;
  },
});
