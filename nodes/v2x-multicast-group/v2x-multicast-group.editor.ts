import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  group: string;
  port: string | number;
  interfaces: string;
  hops: string | number;
  loopback: boolean;
}

RED.nodes.registerType<Properties>('v2x-multicast-group', {
  category: 'config',
  defaults: {
    name: { value: '' },
    group: { value: '239.255.42.99', required: true },
    port: { value: 37020, required: true, validate: RED.validators.number() },
    interfaces: { value: 'lo' },
    hops: { value: 1, required: true, validate: RED.validators.number() },
    loopback: { value: true },
  },
  label() {
    return this.name || `${this.group}:${this.port}`;
  },
});
